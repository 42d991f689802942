import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, expect, it, vi } from 'vitest';

const folder = mkdtempSync(path.join(tmpdir(), 'sdprompt-watchdog-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A process that blocks for ever in a synchronous call, with the watchdog or without. */
const BLOCKED = (watchdog: string) => `
const { startParentWatchdog } = require(${JSON.stringify(watchdog)});
if (process.argv[2] === 'watched') startParentWatchdog(process.ppid, 50);
process.send(process.pid);
setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 200);
`;
const PARENT = (child: string) => `
const child = require('node:child_process').fork(${JSON.stringify(child)}, [process.argv[2]]);
child.on('message', (pid) => console.log(pid));
`;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it('ends a process that is blocked in a synchronous call when its parent is killed', async () => {
  const watchdog = path.join(folder, 'watchdog.cjs');
  await build({
    entryPoints: ['server/src/engine/watchdog.ts'],
    outfile: watchdog,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
  const child = path.join(folder, 'child.cjs');
  writeFileSync(child, BLOCKED(watchdog));
  const parent = path.join(folder, 'parent.cjs');
  writeFileSync(parent, PARENT(child));
  const start = async (mode: 'watched' | 'alone') => {
    const process_ = spawn(process.execPath, [parent, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(process_.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    // The child blocks from now on.
    await new Promise((resolve) => setTimeout(resolve, 600));
    const closed = once(process_, 'exit');
    process_.kill('SIGKILL');
    await closed;
    return pid;
  };
  const [watched, alone] = await Promise.all([start('watched'), start('alone')]);
  try {
    await vi.waitUntil(() => !isAlive(watched), 20_000);
    expect(isAlive(alone)).toBe(true);
  } finally {
    for (const pid of [watched, alone]) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  }
});
