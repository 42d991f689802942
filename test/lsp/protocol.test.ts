import { spawn } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { bundled, removeBundle } from './harness';

afterAll(removeBundle);

interface Message {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly code: number };
}

/** A server process spoken to in raw frames. */
async function raw() {
  const child = spawn(process.execPath, [await bundled(), '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const answers: Message[] = [];
  const waiting: (() => void)[] = [];
  let buffer = Buffer.alloc(0);
  child.stdout.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const head = /Content-Length: (\d+)\r\n(?:[^\r]+\r\n)*\r\n/.exec(buffer.toString('latin1'));
      if (!head || buffer.length < head.index + head[0].length + Number(head[1])) break;
      const start = head.index + head[0].length;
      answers.push(JSON.parse(buffer.subarray(start, start + Number(head[1])).toString('utf8')));
      buffer = buffer.subarray(start + Number(head[1]));
    }
    for (const wake of waiting.splice(0)) wake();
  });
  const frame = (message: object): Buffer => {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
  };
  return {
    answers,
    frame,
    write: (bytes: Buffer) => child.stdin.write(bytes),
    send: (message: object) => child.stdin.write(frame(message)),
    end: () => child.stdin.end(),
    exited: new Promise<number | null>((resolve) => child.once('exit', resolve)),
    async answer(id: number): Promise<Message> {
      for (;;) {
        const found = answers.find((message) => message.id === id && !('method' in message));
        if (found) return found;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}

const INITIALIZE = { method: 'initialize', params: { processId: null, rootUri: null, capabilities: {} } };
const HOVER = {
  method: 'textDocument/hover',
  params: { textDocument: { uri: 'file:///p.sdprompt' }, position: { line: 0, character: 0 } },
};

describe('the protocol', () => {
  it('begins with initialize and ends with shutdown and exit', async () => {
    const server = await raw();
    server.send({ id: 1, ...HOVER });
    expect((await server.answer(1)).error?.code).toBe(-32002);
    server.send({ id: 2, ...INITIALIZE });
    expect((await server.answer(2)).result).toMatchObject({ serverInfo: { name: 'sdprompt' } });
    server.send({ method: 'initialized', params: {} });
    server.send({ id: 3, ...HOVER });
    expect((await server.answer(3)).result).toBeNull();
    server.send({ id: 4, method: 'shutdown' });
    expect((await server.answer(4)).result).toBeNull();
    server.send({ id: 5, ...HOVER });
    expect((await server.answer(5)).error).toBeTruthy();
    server.send({ method: 'exit' });
    expect(await server.exited).toBe(0);
  });

  it('calls an exit without shutdown, and a client that is gone, a failure', async () => {
    const impatient = await raw();
    impatient.send({ id: 1, ...INITIALIZE });
    await impatient.answer(1);
    impatient.send({ method: 'exit' });
    expect(await impatient.exited).toBe(1);
    const gone = await raw();
    gone.send({ id: 1, ...INITIALIZE });
    await gone.answer(1);
    gone.end();
    expect(await gone.exited).toBe(1);
  });

  it('takes frames split at every byte and frames that come together', async () => {
    const server = await raw();
    server.send({ id: 1, ...INITIALIZE });
    await server.answer(1);
    const text = '猫 <lora:x:abc>';
    const open = server.frame({
      method: 'textDocument/didOpen',
      params: { textDocument: { uri: 'file:///p.sdprompt', languageId: 'sdprompt', version: 1, text } },
    });
    for (const byte of open) server.write(Buffer.from([byte]));
    server.write(
      Buffer.concat([
        server.frame({ id: 2, ...HOVER }),
        server.frame({ id: 3, method: 'no/such', params: {} }),
      ]),
    );
    expect((await server.answer(2)).error).toBeUndefined();
    expect((await server.answer(3)).error?.code).toBe(-32601);
    server.send({ id: 4, method: 'shutdown' });
    await server.answer(4);
    server.send({ method: 'exit' });
    expect(await server.exited).toBe(0);
  });

  it('survives a change before open, a version that goes back, and parameters that make no sense', async () => {
    const server = await raw();
    server.send({ id: 1, ...INITIALIZE });
    await server.answer(1);
    const change = (version: number, text: string) => ({
      method: 'textDocument/didChange',
      params: { textDocument: { uri: 'file:///p.sdprompt', version }, contentChanges: [{ text }] },
    });
    server.send(change(3, 'early'));
    server.send({
      method: 'textDocument/didOpen',
      params: { textDocument: { uri: 'file:///p.sdprompt', languageId: 'sdprompt', version: 5, text: 'a' } },
    });
    server.send(change(2, '# b'));
    server.send({ id: 2, method: 'textDocument/hover', params: { textDocument: 7 } });
    server.send({ id: 3, method: 'sdprompt/resolvePlan', params: {} });
    server.send({ id: 4, method: 'sdprompt/libraryStatus' });
    expect(await server.answer(2)).toHaveProperty('id', 2);
    expect(await server.answer(3)).toHaveProperty('result.ok', false);
    expect(await server.answer(4)).toHaveProperty('result.scanning');
    server.send({ id: 5, ...HOVER });
    expect((await server.answer(5)).result).toMatchObject({
      contents: { value: expect.stringContaining('comment') },
    });
    server.end();
    await server.exited;
  });
});
