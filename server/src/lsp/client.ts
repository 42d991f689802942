import type { ClientCapabilities, InitializeParams } from 'vscode-languageserver';
import { URI } from 'vscode-uri';
import type { InitializationOptions } from '../shared/lspMessages';
import type { CompletionSupport } from './convert';

/** What the client can do and what it told us at the start. */
export interface ClientFacts {
  readonly pullsDiagnostics: boolean;
  readonly refreshesDiagnostics: boolean;
  readonly refreshesHints: boolean;
  readonly answersConfiguration: boolean;
  readonly registersConfiguration: boolean;
  readonly registersWatchers: boolean;
  readonly changesFolders: boolean;
  readonly completion: CompletionSupport;
  /** VS Code runs the command that asks for completions again; others would report it as unknown. */
  readonly isVsCode: boolean;
  /** Absolute paths. */
  readonly folders: readonly string[];
  readonly options: Partial<InitializationOptions> & { readonly [setting: string]: unknown };
}

export function clientFacts(params: InitializeParams): ClientFacts {
  const { workspace, textDocument }: ClientCapabilities = params.capabilities;
  const item = textDocument?.completion?.completionItem;
  const folders = params.workspaceFolders?.map(({ uri }) => uri) ?? (params.rootUri ? [params.rootUri] : []);
  return {
    pullsDiagnostics: textDocument?.diagnostic !== undefined,
    refreshesDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    refreshesHints: workspace?.inlayHint?.refreshSupport === true,
    answersConfiguration: workspace?.configuration === true,
    registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    registersWatchers: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    changesFolders: workspace?.workspaceFolders === true,
    completion: {
      snippets: item?.snippetSupport === true,
      labelDetails: item?.labelDetailsSupport === true,
      tags: (item?.tagSupport?.valueSet.length ?? 0) > 0,
    },
    isVsCode: /visual studio code|code-server|vscodium|cursor/i.test(params.clientInfo?.name ?? ''),
    folders: folders
      .map((uri) => URI.parse(uri))
      .filter(({ scheme }) => scheme === 'file')
      .map(({ fsPath }) => fsPath),
    options:
      typeof params.initializationOptions === 'object' && params.initializationOptions !== null
        ? params.initializationOptions
        : {},
  };
}
