import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLintCache } from '../../../server/src/cli/lint/lintCache';
import type { PlacedFinding } from '../../../server/src/cli/report';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sdprompt-lint-cache-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const location = () => path.join(folder, '.cache');
const PLACE = { line: 1, column: 1, endLine: 1, endColumn: 2, range: { start: 0, end: 1 } };
const FINDINGS = [
  { ...PLACE, ruleId: 'x', severity: 'warning', message: 'one' },
] as unknown as PlacedFinding[];
const LONG_AGO = new Date(Date.now() - 60_000);

function prompt(text: string, time = LONG_AGO): { file: string; bytes: Buffer } {
  const file = path.join(folder, 'a.sdprompt');
  writeFileSync(file, text);
  utimesSync(file, time, time);
  return { file, bytes: Buffer.from(text) };
}

async function saved(text: string, time?: Date) {
  const { file, bytes } = prompt(text, time);
  const cache = openLintCache(location());
  cache.set(file, 'state', bytes, FINDINGS);
  await cache.save();
  return { file, bytes, cache: openLintCache(location()) };
}

describe('the cache of findings', () => {
  it('knows a file that was not written since without reading it', async () => {
    const { file, cache } = await saved('a cat');
    expect(cache.untouched(file, 'state')).toEqual({ findings: FINDINGS, bytes: 5 });
    expect(cache.untouched(file, 'another state')).toBeUndefined();
    expect(cache.untouched(path.join(folder, 'b.sdprompt'), 'state')).toBeUndefined();
  });

  it('looks at the content of a file that was written since, even to the same size', async () => {
    const { file, bytes, cache } = await saved('a cat');
    prompt('a dog', new Date(LONG_AGO.getTime() + 1));
    expect(cache.untouched(file, 'state')).toBeUndefined();
    expect(cache.get(file, 'state', Buffer.from('a dog'))).toBeUndefined();
    expect(cache.get(file, 'another state', bytes)).toBeUndefined();
    expect(cache.get(file, 'state', bytes)).toEqual(FINDINGS);
  });

  it('does not trust the time of a file that was written a moment before it was read', async () => {
    const { file, bytes, cache } = await saved('a cat', new Date());
    expect(cache.untouched(file, 'state')).toBeUndefined();
    expect(cache.get(file, 'state', bytes)).toEqual(FINDINGS);
  });

  it('knows a file that was only touched by its content, and then by its new time', async () => {
    const { file, bytes, cache } = await saved('a cat');
    prompt('a cat', new Date(LONG_AGO.getTime() + 1000));
    expect(cache.untouched(file, 'state')).toBeUndefined();
    expect(cache.get(file, 'state', bytes)).toEqual(FINDINGS);
    await cache.save();
    expect(openLintCache(location()).untouched(file, 'state')?.findings).toEqual(FINDINGS);
  });

  it('keeps the states of files apart, and forgets files that are gone', async () => {
    const { file, bytes, cache } = await saved('a cat');
    const other = path.join(folder, 'b.sdprompt');
    writeFileSync(other, 'b');
    cache.set(other, 'second', Buffer.from('b'), []);
    await cache.save();
    rmSync(file);
    const again = openLintCache(location());
    expect(again.get(other, 'second', Buffer.from('b'))).toEqual([]);
    expect(again.get(other, 'state', Buffer.from('b'))).toBeUndefined();
    await again.save();
    expect(openLintCache(location()).get(file, 'state', bytes)).toBeUndefined();
  });

  it.each([
    '',
    'null',
    '{"version":1}',
    '{"version":2}',
    '{"version":2,"states":["state"],"files":{"a.sdprompt":null}}',
    '{"version":2,"states":["state"],"files":{"a.sdprompt":{"state":0,"stamp":"5 1"}}}',
  ])('is empty when its file holds %s', (text) => {
    const { file, bytes } = prompt('a cat', new Date(1));
    writeFileSync(location(), text);
    const cache = openLintCache(location());
    expect(cache.untouched(file, 'state')).toBeUndefined();
    expect(cache.get(file, 'state', bytes)).toBeUndefined();
  });
});
