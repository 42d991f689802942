import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTokenCounters } from '../../../server/src/workspace/tokens';
import { model } from '../features/support';

const MEDIA = path.resolve(__dirname, '../../../media');
const CLIP = path.join(MEDIA, 'clip', 'merges.txt.gz');

describe('token counters', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'sdprompt-tokens-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const writeTokenizer = async (merges: string, time: number): Promise<void> => {
    await mkdir(path.join(folder, 'tokenizer'), { recursive: true });
    const file = path.join(folder, 'tokenizer', 'merges.txt');
    await writeFile(file, merges);
    await utimes(file, time, time);
  };

  it.each([
    ['', 0],
    ['a cat', 2],
    ['masterpiece, best quality', 4],
    ['a photo of an astronaut riding a horse on mars', 10],
  ])('count with the shipped vocabulary: %j', (text, tokens) => {
    const counters = createTokenCounters(CLIP);
    for (const base of [undefined, model('declared'), model('gone', { path: path.join(folder, 'none') })])
      expect(counters.of(base)?.(text)).toBe(tokens);
  });

  it('count with the model’s own tokenizer, and read it again when it changes', async () => {
    const counters = createTokenCounters(CLIP);
    const base = model('own', { path: folder });
    await writeTokenizer('#version: 0.2\n', 1000);
    const letters = counters.of(base);
    expect(letters?.('cat cat')).toBe(6);
    expect(counters.of(base)).toBe(letters);
    await writeTokenizer('#version: 0.2\nc a\nca t</w>\n', 2000);
    expect(counters.of(base)?.('cat cat')).toBe(2);
  });

  it('count with the built-in model’s', () => {
    const demo = path.join(MEDIA, 'demo-model');
    const count = createTokenCounters(undefined).of(model('demo', { path: demo }));
    const vocab: Record<string, number> = JSON.parse(
      readFileSync(path.join(demo, 'tokenizer', 'vocab.json'), 'utf8'),
    );
    const whole = Object.keys(vocab).find((piece) => /^[a-z]{3,}<\/w>$/.test(piece));
    expect(count?.(whole?.replace('</w>', '') ?? '')).toBe(1);
  });

  it('are absent without any vocabulary, and silent with a damaged one', async () => {
    expect(createTokenCounters(undefined).of(undefined)).toBeUndefined();
    expect(createTokenCounters(path.join(folder, 'none.gz')).of(undefined)).toBeUndefined();
    const damaged = path.join(folder, 'damaged.gz');
    await writeFile(damaged, 'not gzip');
    expect(createTokenCounters(damaged).of(undefined)?.('a cat')).toBe(0);
  });

  it('take a very long word', () => {
    const count = createTokenCounters(CLIP).of(undefined);
    expect(count?.('xq'.repeat(100_000))).toBeGreaterThan(100_000 / 8);
  });
});
