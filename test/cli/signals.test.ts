import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../server/src/cli/run';

const CLI = path.resolve('dist/cli.js');
const PATIENCE = { timeout: 60_000, interval: 50 };
const folder = mkdtempSync(path.join(tmpdir(), 'sdprompt-signals-'));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [CLI, ...args], { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] });
  children.push(child);
  // `close` comes when no process holds the output any more: those that it started have ended as well.
  return { child, ended: once(child, 'close') as Promise<[number | null, string | null]> };
}

describe('a cancel while a command waits for its input', () => {
  it.each([['parse'], ['format'], ['lint'], ['parse', '--kind', 'a1111-attention']])(
    'ends %s',
    async (command, ...more) => {
      const controller = new AbortController();
      let stderr = '';
      const ended = run([command, '--stdin', ...more], {
        cwd: folder,
        env: {},
        stdin: new PassThrough(),
        stdout: { write: () => {} },
        stderr: {
          write(text: string) {
            stderr += text;
          },
        },
        signal: controller.signal,
      });
      await new Promise((resolve) => setImmediate(resolve));
      controller.abort();
      expect(await ended).toBe(2);
      expect(stderr).toBe('Cancelled.\n');
    },
  );
});

describe.skipIf(process.platform === 'win32')('SIGTERM', () => {
  it('ends commands that are given a pipe to which nothing is written, unless they refuse it before', { timeout: 120_000 }, async () => {
    const outcomes = ['import', 'render', 'parse'].map(async (command) => {
      const pipe = path.join(folder, `${command}.sdprompt`);
      execFileSync('mkfifo', [pipe]);
      const { child, ended } = start(command, pipe);
      // A pipe can be opened for writing without waiting once the command has opened it for reading.
      let writer: number | undefined;
      const open = () => {
        try {
          writer ??= openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
        } catch {
          // Not yet.
        }
        return writer !== undefined || child.exitCode !== null;
      };
      await vi.waitUntil(open, PATIENCE);
      child.kill('SIGTERM');
      const [code, signal] = await ended;
      if (writer !== undefined) closeSync(writer);
      return { command, ended: code !== null || signal === 'SIGTERM' };
    });
    expect((await Promise.all(outcomes)).filter(({ ended }) => !ended)).toEqual([]);
  });

  it('ends lsp and the server that it started', { timeout: 120_000 }, async () => {
    const { child, ended } = start('lsp', '--stdio');
    const request = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { processId: null, rootUri: null, capabilities: {} },
    });
    child.stdin!.write(`Content-Length: ${request.length}\r\n\r\n${request}`);
    await once(child.stdout!, 'data');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});
