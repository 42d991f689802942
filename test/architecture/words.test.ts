import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

/** Folders of data and of texts that are prompts, where every word may stand. */
const DATA = new Set([
  'node_modules',
  'dist',
  'golden',
  'corpus',
  'fixtures',
  'images',
  'examples',
  'licenses',
]);
const ROOTS = ['server/src', 'client/src', 'media/preview', 'scripts', 'test', 'docs'];
const TEXT = /\.(ts|mts|mjs|md|css|html)$/;
const FORBIDDEN = JSON.parse(readFileSync('docs/glossary.forbidden.json', 'utf8')) as {
  phrases: Record<string, string>;
  exempt: Record<string, string>;
};

function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!DATA.has(entry.name)) yield* filesBelow(file);
    } else if (TEXT.test(entry.name)) yield file;
  }
}

const files = [
  ...ROOTS.flatMap((root) => [...filesBelow(root)]),
  ...readdirSync('.').filter((name) => name.endsWith('.md') || name === 'package.json'),
].filter((file) => !(file in FORBIDDEN.exempt));
// Old releases are described in the words of their time.
const texts = files.map((file) => {
  const text = readFileSync(file, 'utf8');
  return { file, text: file === 'CHANGELOG.md' ? text.slice(0, text.indexOf('## 0.2.0')) : text };
});

describe('words that the glossary replaces', () => {
  it('reads the whole repository', () => {
    expect(files.length).toBeGreaterThan(800);
    expect(files).toContain('server/src/engine/main.ts');
  });

  it.each(Object.entries(FORBIDDEN.phrases))('%s: write %s', (phrase) => {
    const pattern = new RegExp(`(?<![\\w'])(${phrase})(?!\\w)`, 'i');
    const found = texts.flatMap(({ file, text }) => {
      // Comments are wrapped: a phrase may begin on one line and end on the next.
      const match = pattern.exec(text.replace(/\n\s*(\*|\/\/)? ?/g, ' '));
      return match ? [`${file}: ${match[0]}`] : [];
    });
    expect(found).toEqual([]);
  });
});
