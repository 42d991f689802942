import * as vscode from 'vscode';
import { type LanguageClient, State } from 'vscode-languageclient/node';
import { LibraryStatus, type LibraryStatusResult } from '../../../server/src/shared/lspMessages';
import { statusWords } from './words';

/** The language status item: what the library holds and which model counts, or that the server is gone. */
export function createLibraryStatus(
  client: LanguageClient,
  onLibraryChanged: vscode.Event<void>,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem('sdprompt.library', { language: 'sdprompt' });
  item.name = 'SD Prompt';
  item.text = 'SD Prompt';
  item.busy = true;

  async function update(): Promise<void> {
    if (!client.isRunning()) return;
    try {
      const words = statusWords(await client.sendRequest<LibraryStatusResult>(LibraryStatus));
      item.text = words.text;
      item.detail = words.detail;
      item.busy = words.busy;
      item.severity = vscode.LanguageStatusSeverity.Information;
      item.command = { command: 'sdprompt.showLoraLibrary', title: 'Show LoRAs' };
    } catch (error) {
      log.debug(`The library's status could not be read: ${String(error)}`);
      item.busy = false;
    }
  }

  const state = client.onDidChangeState(({ newState }) => {
    if (newState === State.Running) void update();
    else if (newState === State.Stopped) {
      item.text = 'SD Prompt: language server stopped';
      item.detail = 'Completion, diagnostics and previews need it.';
      item.severity = vscode.LanguageStatusSeverity.Error;
      item.command = { command: 'sdprompt.restartServer', title: 'Restart' };
      item.busy = false;
    }
  });
  const changed = onLibraryChanged(() => void update());
  return vscode.Disposable.from(item, state, changed);
}
