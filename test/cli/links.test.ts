import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkWritable } from '../../server/src/cli/writeRoot';
import { openLintCache } from '../../server/src/cli/lint/lintCache';
import { temporaryFolder } from '../unit/engine/support';

const folder = temporaryFolder();
const root = path.join(folder, 'prompts');
const outside = path.join(folder, 'outside');
mkdirSync(path.join(root, 'sub'), { recursive: true });
mkdirSync(outside);
writeFileSync(path.join(root, 'sdprompt.config.json'), '{}');
writeFileSync(path.join(root, 'sub', 'a.sdprompt'), 'a');
writeFileSync(path.join(outside, 'b.sdprompt'), 'b');
symlinkSync(path.join(outside, 'b.sdprompt'), path.join(root, 'file.sdprompt'));
symlinkSync(outside, path.join(root, 'linked'));
symlinkSync(path.join(root, 'sub'), path.join(root, 'inner'));
symlinkSync(path.join(outside, 'none.sdprompt'), path.join(root, 'nowhere.sdprompt'));
symlinkSync(root, path.join(folder, 'alias'));

const code = (...parts: string[]) => {
  const file = path.join(folder, ...parts);
  const allowed = checkWritable(file, path.basename(file));
  return allowed.ok ? 'written' : allowed.problem.code;
};

describe('files that are rewritten', () => {
  it.each([
    ['a file of the folder', 'written', ['prompts', 'sub', 'a.sdprompt']],
    ['a file that is not there yet', 'written', ['prompts', 'sub', 'new.sdprompt']],
    ['a file behind a link inside the folder', 'written', ['prompts', 'inner', 'a.sdprompt']],
    ['a folder that is reached through a link as a whole', 'written', ['alias', 'sub', 'a.sdprompt']],
    ['a link to a file outside', 'link-outside', ['prompts', 'file.sdprompt']],
    ['a file behind a linked folder outside', 'link-outside', ['prompts', 'linked', 'b.sdprompt']],
    ['a link that leads nowhere', 'link-outside', ['prompts', 'nowhere.sdprompt']],
  ])('%s: %s', (_, expected, parts) => {
    expect(code(...parts)).toBe(expected);
  });

  it('without a configuration the argument counts', () => {
    const plain = path.join(folder, 'plain');
    mkdirSync(path.join(plain, 'deep'), { recursive: true });
    symlinkSync(outside, path.join(plain, 'deep', 'linked'));
    const file = path.join(plain, 'deep', 'linked', 'b.sdprompt');
    expect(checkWritable(file, 'b.sdprompt', [plain]).ok).toBe(false);
    expect(checkWritable(file, 'b.sdprompt', [folder]).ok).toBe(true);
    expect(checkWritable(file, 'b.sdprompt').ok).toBe(true);
  });
});

describe('the cache of the lint', () => {
  const finding = { line: 1, column: 1, endLine: 1, endColumn: 2, severity: 'warning', message: 'x', ruleId: 'r', range: { start: 0, end: 1 } };
  const write = (name: string, text: string) => {
    writeFileSync(path.join(root, name), text);
    return path.join(root, name);
  };
  const store = async (location: string) => {
    const cache = openLintCache(location);
    cache.set(path.join(root, 'sub', 'a.sdprompt'), 's', new Uint8Array(), [finding as never]);
    return (await cache.save())?.code;
  };

  it('replaces no file that is not a cache, and follows no link out of the folder', async () => {
    const notes = write('notes.json', '{"mine": true}');
    expect(await store(notes)).toBe('cache-foreign');
    expect(readFileSync(notes, 'utf8')).toBe('{"mine": true}');
    symlinkSync(path.join(outside, 'b.sdprompt'), path.join(root, '.linkedcache'));
    expect(await store(path.join(root, '.linkedcache'))).toBe('cache-foreign');
    symlinkSync(path.join(outside, 'absent'), path.join(root, '.danglingcache'));
    expect(await store(path.join(root, '.danglingcache'))).toBe('link-outside');
    expect(await store(path.join(root, '.newcache'))).toBeUndefined();
  });

  it.each([
    ['cut off', '{"version":2,"states":["s"],"fil'],
    ['of an older form', '{"version":1,"files":{}}'],
    ['empty', ''],
  ])('is begun anew when it is %s', async (_, text) => {
    expect(await store(write('.oldcache', text))).toBeUndefined();
    expect(JSON.parse(readFileSync(path.join(root, '.oldcache'), 'utf8'))).toMatchObject({ version: 2 });
  });

  it.each([
    ['null for a finding', [null]],
    ['an unknown severity', [{ ...finding, severity: 'fatal' }]],
    ['a place that is no number', [{ ...finding, line: 'one' }]],
  ])('drops an entry with %s', (_, findings) => {
    const entry = { state: 0, content: 'c', stamp: '1 1', findings };
    const location = write('.badcache', JSON.stringify({ version: 2, states: ['s'], files: { 'sub/a.sdprompt': entry } }));
    const cache = openLintCache(location);
    expect(cache.untouched(path.join(root, 'sub', 'a.sdprompt'), 's')).toBeUndefined();
    expect(cache.get(path.join(root, 'sub', 'a.sdprompt'), 's', new Uint8Array())).toBeUndefined();
  });
});
