import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { PassThrough } from 'node:stream';
import { build } from 'esbuild';
import { createConnection, ProposedFeatures } from 'vscode-languageserver';
import {
  type ClientCapabilities,
  createProtocolConnection,
  type Diagnostic,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
  type TextEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import { createServer } from '../../server/src/lsp/server';

export const ROOT = path.resolve(__dirname, '../..');
export const DEMO_MODEL = path.join(ROOT, 'media/demo-model');

/** The same tests run against the server's functions and against the process that is shipped. */
export const MODES = ['in-process', 'spawned'] as const;
export type Mode = (typeof MODES)[number];

export interface ConnectOptions {
  readonly mode: Mode;
  readonly folder?: string;
  readonly trusted?: boolean;
  /** False: a client that waits to be told, as older ones do. */
  readonly pull?: boolean;
  /** What the client answers when asked for its settings. */
  readonly settings?: Record<string, unknown>;
  readonly clientName?: string;
}

/** A language client with just enough of a memory to wait for things. */
export interface Client {
  readonly connection: ProtocolConnection;
  readonly capabilities: Record<string, unknown>;
  readonly settings: Record<string, unknown>;
  open(file: string, text: string): string;
  /** Replaces the first occurrence of `before`, as an incremental change. */
  edit(uri: string, before: string, after: string): void;
  /** Applies edits as an editor does, and sends the new text whole. */
  replace(uri: string, edits: readonly TextEdit[]): void;
  text(uri: string): string;
  request<Answer>(method: string, params: unknown): Promise<Answer>;
  notify(method: string, params: unknown): void;
  pull(uri: string): Promise<Diagnostic[]>;
  /** Pulls again after every refresh the server asks for, until the findings are as wanted. */
  pullUntil(uri: string, wanted: (diagnostics: Diagnostic[]) => boolean): Promise<Diagnostic[]>;
  /** Resolves with the first published findings of a document that are as wanted, past ones included. */
  published(
    uri: string,
    wanted: (params: PublishDiagnosticsParams) => boolean,
  ): Promise<PublishDiagnosticsParams>;
  /** Resolves when a notification of that name comes (or has come). */
  notified(method: string): Promise<unknown>;
  /** What the server logged as an error: nothing, unless a handler threw. */
  errors(): string[];
  close(): Promise<void>;
}

const CAPABILITIES = (pull: boolean): ClientCapabilities => ({
  workspace: {
    configuration: true,
    workspaceFolders: true,
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    diagnostics: { refreshSupport: true },
  },
  textDocument: {
    ...(pull && { diagnostic: {} }),
    completion: {
      completionItem: { snippetSupport: true, labelDetailsSupport: true, tagSupport: { valueSet: [1] } },
    },
  },
});

/** Starts a server in the given way and initializes it. */
export async function connect(options: ConnectOptions): Promise<Client> {
  const { connection, stop } = options.mode === 'spawned' ? await spawned() : inProcess();
  const settings = { ...options.settings };
  const documents = new Map<string, TextDocument>();
  const watchers = new Set<() => void>();
  const notifications: { method: string; params: unknown }[] = [];
  let refreshes = 0;
  const woken = (): void => {
    for (const watcher of [...watchers]) watcher();
  };
  /** Looks now and after everything the server says, until there is an answer. */
  const until = <Value>(look: () => Value | undefined): Promise<Value> =>
    new Promise((resolve) => {
      const watcher = (): void => {
        const value = look();
        if (value === undefined) return;
        watchers.delete(watcher);
        resolve(value);
      };
      watchers.add(watcher);
      watcher();
    });

  connection.onRequest('workspace/diagnostic/refresh', () => {
    refreshes++;
    woken();
    return null;
  });
  connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) =>
    items.map(() => settings),
  );
  connection.onRequest('client/registerCapability', () => null);
  for (const method of ['textDocument/publishDiagnostics', 'sdprompt/libraryChanged', 'window/logMessage']) {
    connection.onNotification(method, (params: unknown) => {
      notifications.push({ method, params });
      woken();
    });
  }
  connection.listen();

  const folders = options.folder ? [{ uri: URI.file(options.folder).toString(), name: 'root' }] : null;
  const { capabilities } = await connection.sendRequest<{ capabilities: Record<string, unknown> }>(
    'initialize',
    {
      processId: process.pid,
      clientInfo: { name: options.clientName ?? 'Test' },
      rootUri: folders?.[0]?.uri ?? null,
      workspaceFolders: folders,
      capabilities: CAPABILITIES(options.pull ?? true),
      initializationOptions: { trusted: options.trusted ?? true, builtInModelPath: DEMO_MODEL },
    },
  );
  await connection.sendNotification('initialized', {});

  const pull = async (uri: string): Promise<Diagnostic[]> => {
    const report = await connection.sendRequest<{ items: Diagnostic[] }>('textDocument/diagnostic', {
      textDocument: { uri },
    });
    return report.items;
  };

  return {
    connection,
    capabilities,
    settings,
    open(file, text) {
      const uri = URI.file(file).toString();
      documents.set(uri, TextDocument.create(uri, 'sdprompt', 1, text));
      void connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri, languageId: 'sdprompt', version: 1, text },
      });
      return uri;
    },
    edit(uri, before, after) {
      const document = documents.get(uri) as TextDocument;
      const at = document.getText().indexOf(before);
      if (at < 0) throw new Error(`There is no ${JSON.stringify(before)} to change.`);
      const range = { start: document.positionAt(at), end: document.positionAt(at + before.length) };
      const version = document.version + 1;
      documents.set(uri, TextDocument.update(document, [{ range, text: after }], version));
      void connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version },
        contentChanges: [{ range, text: after }],
      });
    },
    replace(uri, edits) {
      const document = documents.get(uri) as TextDocument;
      const version = document.version + 1;
      const text = TextDocument.applyEdits(
        document,
        edits.map(({ range, newText }) => ({ range, newText })),
      );
      documents.set(uri, TextDocument.create(uri, 'sdprompt', version, text));
      void connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version },
        contentChanges: [{ text }],
      });
    },
    text: (uri) => documents.get(uri)?.getText() ?? '',
    request: (method, params) => connection.sendRequest(method, params),
    notify: (method, params) => void connection.sendNotification(method, params),
    pull,
    async pullUntil(uri, wanted) {
      for (;;) {
        const before = refreshes;
        const diagnostics = await pull(uri).catch(() => undefined);
        if (diagnostics && wanted(diagnostics)) return diagnostics;
        if (diagnostics) await until(() => (refreshes > before ? true : undefined));
      }
    },
    published: (uri, wanted) =>
      until(() =>
        notifications
          .filter(({ method }) => method === 'textDocument/publishDiagnostics')
          .map(({ params }) => params as PublishDiagnosticsParams)
          .findLast((params) => params.uri === uri && wanted(params)),
      ),
    notified: (method) => until(() => notifications.find((entry) => entry.method === method)),
    errors: () =>
      notifications
        .filter(({ method }) => method === 'window/logMessage')
        .map(({ params }) => params as { type: number; message: string })
        .filter(({ type }) => type === 1)
        .map(({ message }) => message),
    async close() {
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      await stop();
      connection.dispose();
    },
  };
}

interface Wire {
  readonly connection: ProtocolConnection;
  stop(): Promise<void>;
}

function inProcess(): Wire {
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  const server = createConnection(
    (logger) =>
      createProtocolConnection(new StreamMessageReader(toServer), new StreamMessageWriter(toClient), logger),
    { shutdownReceived: false, initialize: () => undefined, exit: () => undefined },
    ProposedFeatures.all,
  );
  const { dispose } = createServer(server, {});
  server.listen();
  const connection = createProtocolConnection(
    new StreamMessageReader(toClient),
    new StreamMessageWriter(toServer),
  );
  return { connection, stop: async () => dispose() };
}

let bundle: Promise<string> | undefined;

/** The server as `esbuild.mjs` bundles it, built once per test file into a folder of its own. */
export function bundled(): Promise<string> {
  bundle ??= (async () => {
    const outdir = await mkdtemp(path.join(tmpdir(), 'sdprompt-server-'));
    await build({
      entryPoints: { server: path.join(ROOT, 'server/src/lsp/main.ts') },
      outdir,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      mainFields: ['module', 'main'],
      logLevel: 'error',
    });
    return path.join(outdir, 'server.js');
  })();
  return bundle;
}

export async function removeBundle(): Promise<void> {
  if (bundle) await rm(path.dirname(await bundle), { recursive: true, force: true });
}

async function spawned(): Promise<Wire> {
  const child: ChildProcess = spawn(process.execPath, [await bundled(), '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (!child.stdout || !child.stdin) throw new Error('The server has no pipes.');
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  return {
    connection,
    async stop() {
      const code = await exited;
      if (code !== 0) throw new Error(`The server ended with ${code} after shutdown and exit.`);
    },
  };
}
