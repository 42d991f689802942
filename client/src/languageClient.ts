import * as vscode from 'vscode';
import { LanguageClient, type LanguageClientOptions, TransportKind } from 'vscode-languageclient/node';
import { type InitializationOptions, TrustGranted } from '../../server/src/shared/lspMessages';
import { SERVER_FLAGS } from '../../server/src/shared/serverFlags';
import { withOwnPages } from './rulePages';

/** Makes the client of the language server, not yet started. The server's bundle lies beside this one. */
export function createLanguageClient(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
): LanguageClient {
  const module = vscode.Uri.joinPath(context.extensionUri, 'dist', 'server.js').fsPath;
  const initializationOptions = (): InitializationOptions => ({
    trusted: vscode.workspace.isTrusted,
    builtInModelPath: vscode.Uri.joinPath(context.extensionUri, 'media', 'demo-model').fsPath,
    cachePath: context.globalStorageUri.fsPath,
  });
  const options: LanguageClientOptions = {
    documentSelector: [{ language: 'sdprompt' }],
    outputChannel: log,
    initializationOptions,
    diagnosticPullOptions: { onChange: true, onTabs: false },
    middleware: {
      handleDiagnostics(uri, diagnostics, next) {
        withOwnPages(diagnostics, vscode.Uri.parse);
        next(uri, diagnostics);
      },
      async provideDiagnostics(document, previousResultId, token, next) {
        const report = await next(document, previousResultId, token);
        if (report && 'items' in report) withOwnPages(report.items, vscode.Uri.parse);
        return report;
      },
    },
    markdown: { supportHtml: false, isTrusted: { enabledCommands: [] } },
  };
  const client = new LanguageClient(
    'sdprompt',
    'SD Prompt',
    {
      run: { module, transport: TransportKind.ipc, options: { execArgv: [...SERVER_FLAGS] } },
      debug: {
        module,
        transport: TransportKind.ipc,
        options: { execArgv: [...SERVER_FLAGS, '--nolazy', '--inspect=6010'] },
      },
    },
    options,
  );
  context.subscriptions.push(
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      if (client.isRunning()) void client.sendNotification(TrustGranted);
    }),
  );
  return client;
}
