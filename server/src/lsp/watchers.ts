import {
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
} from 'vscode-languageserver';
import { URI } from 'vscode-uri';
import type { Session } from './session';

/**
 * Files in the workspace whose change may make findings stale: configurations and what they extend, the lockfile,
 * ignore files, styles and wildcards. The project knows which of them it has read. LoRA folders lie elsewhere and are
 * watched by the library.
 */
const WATCHED = '**/{.sdpromptignore,.gitignore,*.json,*.jsonc,*.csv,*.txt,*.yaml,*.yml}';

/** Asks the client to tell us of configuration and of file changes, where it can. */
export async function registerWatchers(session: Session): Promise<void> {
  const { client, connection } = session;
  if (client.registersConfiguration) {
    await connection.client.register(DidChangeConfigurationNotification.type, { section: 'sdprompt' });
  }
  if (client.registersWatchers) {
    await connection.client.register(DidChangeWatchedFilesNotification.type, {
      watchers: [{ globPattern: WATCHED }],
    });
  }
}

/** Wires the notifications about files and workspace folders. */
export function listenForFiles(connection: Connection, session: () => Session | undefined): void {
  connection.onDidChangeWatchedFiles(({ changes }) => {
    for (const { uri } of changes) {
      const parsed = URI.parse(uri);
      if (parsed.scheme === 'file') session()?.project.fileChanged(parsed.fsPath);
    }
  });
}

/** Keeps the set of workspace folders, for clients that say when it changes. */
export function listenForFolders(connection: Connection, session: Session): void {
  if (!session.client.changesFolders) return;
  connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
    for (const { uri } of removed) session.folders.delete(URI.parse(uri).fsPath);
    for (const { uri } of added) session.folders.add(URI.parse(uri).fsPath);
  });
}
