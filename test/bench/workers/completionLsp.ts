import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';

// `completionLsp.mjs SERVER FOLDER CACHE ROUNDS`: the same through the language server, over its standard streams.
const [, , server = '', folder = '', cachePath = '', rounds = '1'] = process.argv;
const child = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
const connection = createProtocolConnection(
  new StreamMessageReader(child.stdout),
  new StreamMessageWriter(child.stdin),
);
connection.onRequest('workspace/configuration', () => [{}]);
connection.listen();
await connection.sendRequest('initialize', {
  processId: process.pid,
  rootUri: null,
  capabilities: { textDocument: { completion: { completionItem: { snippetSupport: true } } } },
  initializationOptions: {
    trusted: true,
    cachePath,
    loraPaths: [folder],
    models: { base: { architecture: 'sd1' } },
  },
});
await connection.sendNotification('initialized', {});
const uri = pathToFileURL(path.join(folder, 'prompt.sdprompt')).href;
let version = 1;
const write = (text: string) =>
  connection.sendNotification('textDocument/didChange', {
    textDocument: { uri, version: ++version },
    contentChanges: [{ text }],
  });
await connection.sendNotification('textDocument/didOpen', {
  textDocument: { uri, languageId: 'sdprompt', version, text: '' },
});

const ask = async (text: string): Promise<number> => {
  await write(text);
  const answer = await connection.sendRequest<{ items: unknown[] }>('textDocument/completion', {
    textDocument: { uri },
    position: { line: 0, character: text.length },
  });
  return answer.items.length;
};
const deadline = performance.now() + 120_000;
while ((await ask('a, <lora:neon')) < 20 && performance.now() < deadline) await sleep(200);

const times: number[] = [];
for (let round = 0; round <= Number(rounds); round++) {
  for (const typed of [
    '<',
    '<lora:',
    '<lora:n',
    '<lora:neon',
    '<lora:castle',
    '<lora:neoncas',
    '<lora:zzz',
    'a, ne',
  ]) {
    const start = performance.now();
    await ask(`masterpiece, rain, ${typed}`);
    if (round > 0) times.push(performance.now() - start);
  }
}
console.log(JSON.stringify({ times }));
await connection.sendRequest('shutdown');
await connection.sendNotification('exit');
connection.end();
child.kill();
process.exit(0);
