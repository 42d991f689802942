import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ignore from 'ignore';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const FOLDERS = ['server', 'client', 'media/preview', 'test', 'scripts', 'tools'];
const SOURCE = /\.([cm]?[jt]s|css|py)$/;
const MOST = 500;
const MEDIAN = 120;

/** Sources that a program writes, which may be as long as it likes. There are none so far. */
const GENERATED: readonly string[] = [];

/** What git tracks or would track: a new file counts before it is committed. */
const ignored = ignore().add(readFileSync(path.join(root, '.gitignore'), 'utf8'));

function handWritten(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && SOURCE.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((file) => !ignored.ignores(file) && !GENERATED.includes(file));
}

/** The last line counts whether or not a line break ends it. */
function lineCount(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

function tooLong(files: readonly { readonly file: string; readonly text: string }[]): string[] {
  return files
    .map(({ file, text }) => ({ file, lines: lineCount(text) }))
    .filter(({ lines }) => lines > MOST)
    .map(({ file, lines }) => `${file}: ${lines} lines`);
}

const read = (file: string) => ({ file, text: readFileSync(path.join(root, file), 'utf8') });

describe('one noun per file', () => {
  it.each(FOLDERS)('%s has no file over 500 lines', (folder) => {
    const files = handWritten(folder);
    expect(files.length).toBeGreaterThan(5);
    expect(tooLong(files.map(read))).toEqual([]);
  });

  it('keeps most files short: the median is under 120 lines', () => {
    const lengths = FOLDERS.flatMap(handWritten)
      .map((file) => lineCount(read(file).text))
      .sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(MEDIAN);
  });

  it('would notice one line too many, and looks at every kind of source', () => {
    const lines = (count: number) => 'a\n'.repeat(count);
    const files = [
      { file: 'full.ts', text: lines(500) },
      { file: 'over.ts', text: lines(501) },
      { file: 'open.ts', text: `${lines(500)}a` },
    ];
    expect(tooLong(files)).toEqual(['over.ts: 501 lines', 'open.ts: 501 lines']);
    const kinds = new Set(FOLDERS.flatMap(handWritten).map((file) => path.extname(file)));
    expect(['.ts', '.mts', '.mjs', '.css', '.py'].filter((kind) => !kinds.has(kind))).toEqual([]);
  });
});
