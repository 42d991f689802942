import { CodeActionKind, type ServerCapabilities } from 'vscode-languageserver';
import { COMPLETION_TRIGGERS } from '../language/features/completion';
import type { ClientFacts } from './client';
import { FIX_ALL_KIND } from './codeActions';
import { SOURCE } from './convert';
import { SYNC_KIND } from './documents';
import { SEMANTIC_LEGEND } from './structure';

/** What the server offers. Positions are UTF-16 columns, the protocol's default, which every client speaks. */
export function capabilities(client: ClientFacts): ServerCapabilities {
  return {
    textDocumentSync: { openClose: true, change: SYNC_KIND },
    completionProvider: { triggerCharacters: [...COMPLETION_TRIGGERS], resolveProvider: true },
    hoverProvider: true,
    codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, FIX_ALL_KIND] },
    codeLensProvider: {},
    documentSymbolProvider: true,
    documentFormattingProvider: true,
    documentLinkProvider: {},
    foldingRangeProvider: true,
    selectionRangeProvider: true,
    semanticTokensProvider: { legend: SEMANTIC_LEGEND, full: true },
    inlayHintProvider: true,
    referencesProvider: true,
    renameProvider: { prepareProvider: true },
    ...(client.pullsDiagnostics && {
      diagnosticProvider: { identifier: SOURCE, interFileDependencies: false, workspaceDiagnostics: false },
    }),
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  };
}
