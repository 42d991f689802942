import { existsSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockOutput, lockPath } from '../../../../../server/src/engine/jobs/bake/outputLock';
import { publishFile, publishFolder } from '../../../../../server/src/engine/jobs/bake/publish';
import { temporaryFolder } from '../../support';

const folder = temporaryFolder();
let count = 0;
const fresh = () => {
  const output = path.join(folder, `${++count}`, 'model.safetensors');
  mkdirSync(path.dirname(output));
  return output;
};
const writeLock = (output: string, owner: object) =>
  writeFileSync(lockPath(output), JSON.stringify({ program: 'sdprompt', token: 'other', ...owner }));
const codeOf = (output: string) => {
  const lock = lockOutput(output);
  if (lock.ok) lock.value.release();
  return lock.ok ? 'locked' : lock.problem.code;
};

describe('the lock of an output', () => {
  it('is held once, and free again after its release', () => {
    const output = fresh();
    const first = lockOutput(output);
    expect(first.ok).toBe(true);
    expect(codeOf(output)).toBe('merge-busy');
    if (first.ok) first.value.release();
    expect(codeOf(output)).toBe('locked');
    expect(existsSync(lockPath(output))).toBe(false);
  });

  it('is taken over from a process that has ended, and from one that stopped renewing it', () => {
    const ended = fresh();
    writeLock(ended, { pid: 2 ** 22 + 1, host: hostname() });
    expect(codeOf(ended)).toBe('locked');
    const silent = fresh();
    writeLock(silent, { pid: 1, host: 'another machine' });
    expect(codeOf(silent)).toBe('merge-busy');
    const longAgo = new Date(Date.now() - 120_000);
    utimesSync(lockPath(silent), longAgo, longAgo);
    expect(codeOf(silent)).toBe('locked');
  });

  it('is not given back by a holder whose lock was taken over', () => {
    const output = fresh();
    const first = lockOutput(output);
    writeLock(output, { pid: process.pid, host: hostname() });
    if (first.ok) first.value.release();
    expect(readFileSync(lockPath(output), 'utf8')).toContain('other');
  });

  it('leaves a file of somebody else and a link alone', () => {
    const foreign = fresh();
    writeFileSync(lockPath(foreign), 'notes of mine');
    expect(codeOf(foreign)).toBe('already-there');
    expect(readFileSync(lockPath(foreign), 'utf8')).toBe('notes of mine');
    const linked = fresh();
    const target = path.join(path.dirname(linked), 'target');
    symlinkSync(target, lockPath(linked));
    expect(codeOf(linked)).toBe('already-there');
    expect(existsSync(target)).toBe(false);
  });
});

describe('the final name', () => {
  it('never replaces a file or a folder', () => {
    const output = fresh();
    const partial = `${output}.work`;
    writeFileSync(partial, 'new');
    writeFileSync(output, 'old');
    expect(publishFile(partial, output)).toMatchObject({ ok: false, problem: { code: 'already-there' } });
    expect(readFileSync(output, 'utf8')).toBe('old');
    expect(publishFile(partial, `${output}2`).ok).toBe(true);
    expect(existsSync(partial)).toBe(false);
    const made = path.join(path.dirname(output), 'made');
    mkdirSync(made);
    writeFileSync(path.join(made, 'a'), 'a');
    const existing = path.join(path.dirname(output), 'existing');
    mkdirSync(existing);
    expect(publishFolder(made, existing)).toMatchObject({ ok: false, problem: { code: 'already-there' } });
    expect(publishFolder(made, `${existing}2`).ok).toBe(true);
    expect(readFileSync(path.join(`${existing}2`, 'a'), 'utf8')).toBe('a');
  });
});
