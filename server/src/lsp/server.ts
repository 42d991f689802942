import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { type Connection, DidChangeConfigurationNotification } from 'vscode-languageserver';
import { LibraryChanged, Measured, type MeasuredParams, TrustGranted } from '../shared/lspMessages';
import { createProject } from '../workspace/project';
import { capabilities } from './capabilities';
import { clientFacts } from './client';
import { registerCodeActions } from './codeActions';
import { registerCompletion } from './completion';
import { registerCrossFile } from './crossFile';
import { registerDiagnostics } from './diagnostics';
import { createDocuments } from './documents';
import { createGuard } from './guard';
import { registerLanguageFeatures } from './languageFeatures';
import { CHANGE_DELAY_MS, SCAN_BUDGET_MS } from './limits';
import { registerRequests } from './requests';
import type { Session } from './session';
import { machineSettings } from './settings';
import { registerStructure } from './structure';
import { listenForFiles, listenForFolders, registerWatchers } from './watchers';

export interface ServerOptions {
  /** Absolute path of the built-in model; the client may name another. */
  readonly builtInModelPath?: string;
  /** Folder for the library's index; the client may name another. */
  readonly cachePath?: string;
}

/**
 * Wires a language server to a connection. The caller listens. Nothing is read before `initialize`.
 * @returns what ends the session's timers and watchers.
 */
export function createServer(connection: Connection, options: ServerOptions): { dispose(): void } {
  let session: Session | undefined;
  let changeTimer: NodeJS.Timeout | undefined;
  const current = () => session;
  const log = (message: string): void => connection.console.error(message);
  const home = (): string => session?.folders.values().next().value ?? homedir();

  const documents = createDocuments(home);
  const guard = createGuard(current, log);
  const diagnostics = registerDiagnostics(connection, guard);
  registerCompletion(connection, guard);
  registerLanguageFeatures(connection, guard);
  registerStructure(connection, guard);
  registerCodeActions(connection, guard);
  registerCrossFile(connection, guard);
  registerRequests(connection, guard);
  listenForFiles(connection, current);

  documents.sync.onDidChangeContent(({ document }) => {
    const snapshot = documents.get(document.uri);
    if (session && snapshot) diagnostics.changed(session, snapshot);
  });
  documents.sync.onDidClose(({ document }) => {
    if (session) diagnostics.closed(session, document.uri);
  });
  documents.sync.listen(connection);

  connection.onInitialize((params) => {
    const client = clientFacts(params);
    // Only VS Code has a notion of trust; other clients open what their user opened, as the command line does.
    const trusted = client.options.trusted ?? true;
    const builtInModelPath = client.options.builtInModelPath ?? options.builtInModelPath;
    const cachePath = client.options.cachePath ?? options.cachePath;
    const project = createProject({
      ...(builtInModelPath !== undefined && { builtInModelPath }),
      ...(cachePath !== undefined && { cachePath }),
      machine: machineSettings(client.options, homedir()),
      trusted,
      watch: true,
      scanBudget: SCAN_BUDGET_MS,
      log: (message) => connection.console.info(message),
    });
    session = {
      connection,
      client,
      documents,
      project,
      folders: new Set(client.folders),
      id: randomUUID(),
      generation: 0,
      trusted,
      log,
    };
    project.onDidChange(onProjectChanged);
    return { capabilities: capabilities(client), serverInfo: { name: 'sdprompt' } };
  });

  connection.onInitialized(async () => {
    const started = session;
    if (!started) return;
    listenForFolders(connection, started);
    try {
      await registerWatchers(started);
      await readSettings(undefined);
    } catch (error) {
      log(`The client refused a registration: ${String(error)}`);
    }
  });

  /** Settings are asked for where the client answers, because what it sends unasked may be anything. */
  async function readSettings(sent: unknown): Promise<void> {
    const reader = session;
    if (!reader) return;
    const settings = reader.client.answersConfiguration
      ? await connection.workspace.getConfiguration('sdprompt')
      : ((sent as { sdprompt?: unknown } | undefined)?.sdprompt ?? undefined);
    if (settings === undefined || settings === null) return;
    reader.project.update({ machine: machineSettings(settings, homedir()) });
  }

  connection.onNotification(DidChangeConfigurationNotification.type, (params) => {
    readSettings(params.settings).catch((error) => log(`The settings cannot be read: ${String(error)}`));
  });

  connection.onNotification(TrustGranted, () => {
    if (!session) return;
    session.trusted = true;
    session.project.update({ trusted: true });
  });

  connection.onNotification(Measured, ({ model, loras, measurement }: MeasuredParams) => {
    session?.project
      .noteMeasured(model, loras, measurement)
      .catch((error) => log(`What was measured cannot be kept: ${String(error)}`));
  });

  function onProjectChanged(): void {
    if (!session) return;
    session.generation++;
    clearTimeout(changeTimer);
    changeTimer = setTimeout(() => {
      const changed = session;
      if (!changed) return;
      diagnostics.refresh(changed);
      if (changed.client.refreshesHints) {
        connection.languages.inlayHint.refresh().catch(() => undefined);
      }
      void connection.sendNotification(LibraryChanged);
    }, CHANGE_DELAY_MS);
  }

  const dispose = (): void => {
    clearTimeout(changeTimer);
    diagnostics.dispose();
    session?.project.dispose();
    session = undefined;
  };
  connection.onShutdown(dispose);
  return { dispose };
}
