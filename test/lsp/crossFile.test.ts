import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import {
  CancellationTokenSource,
  type Connection,
  type Location,
  LSPErrorCodes,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { EMPTY_ENVIRONMENT } from '../../server/src/language/environment';
import { parse } from '../../server/src/language/syntax/parse';
import { registerCrossFile } from '../../server/src/lsp/crossFile';
import { createGuard, type Handler } from '../../server/src/lsp/guard';
import type { Session } from '../../server/src/lsp/session';
import { environment, lora } from '../unit/features/support';

const folder = mkdtempSync(path.join(tmpdir(), 'sdprompt-references-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TEXT = '<lora:anime:1>, <lora:ink:1>';
const PARAMS = { textDocument: { uri: 'file:///open.sdprompt' }, position: { line: 0, character: 8 } };

/** The handler of references over one open document and files on disk; `onEnvironment` sees each file's turn. */
function references(files: readonly string[], onEnvironment: (file: string) => void = () => {}) {
  for (const file of files) writeFileSync(file, TEXT);
  const text = TextDocument.create(PARAMS.textDocument.uri, 'sdprompt', 0, TEXT);
  const snapshot = {
    uri: text.uri,
    version: 0,
    revision: 0,
    path: '/open.sdprompt',
    text,
    document: parse(TEXT),
  };
  const own = environment([lora('anime'), lora('ink')]);
  // In the folder the names are the other way round.
  const swapped = environment([
    lora('anime', { path: '/loras/ink.safetensors' }),
    lora('ink', { path: '/loras/anime.safetensors' }),
  ]);
  const session = {
    documents: { get: () => snapshot, all: () => [snapshot] },
    folders: new Set([folder]),
    project: {
      promptFiles: async () => files,
      environmentFor: async (file: string) => {
        onEnvironment(file);
        return file === snapshot.path ? own : (swapped ?? EMPTY_ENVIRONMENT);
      },
    },
  } as unknown as Session;
  let handler: Handler<typeof PARAMS, Location[]> | undefined;
  const connection = {
    onReferences: (given: typeof handler) => {
      handler = given;
    },
    onPrepareRename: () => {},
    onRenameRequest: () => {},
  } as unknown as Connection;
  registerCrossFile(
    connection,
    createGuard(
      () => session,
      () => {},
    ),
  );
  return handler!;
}

it('reads every file with its own environment', async () => {
  const handler = references([path.join(folder, 'a.sdprompt')]);
  const found = (await handler(PARAMS, new CancellationTokenSource().token)) as Location[];
  expect(found.map(({ uri, range }) => [path.posix.basename(uri), range.start.character])).toEqual([
    ['open.sdprompt', 6],
    ['a.sdprompt', 22],
  ]);
});

it('stops at a cancel and reads no further file', async () => {
  const files = ['a', 'b', 'c', 'd'].map((name) => path.join(folder, `${name}.sdprompt`));
  const source = new CancellationTokenSource();
  const seen: string[] = [];
  const handler = references(files, (file) => {
    if (file === '/open.sdprompt') return;
    seen.push(path.basename(file));
    source.cancel();
  });
  expect(await handler(PARAMS, source.token)).toMatchObject({ code: LSPErrorCodes.RequestCancelled });
  expect(seen).toEqual(['a.sdprompt']);
});
