import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { DIALECTS, KINDS } from '../../../server/src/language/dialects';

const language = path.resolve(import.meta.dirname, '../../../server/src/language');
const folders = readdirSync(path.join(language, 'dialects'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** Modules of `language` outside a dialect's folder that import from it, without the index. */
function users(folder: string): string[] {
  const inside = path.join(language, 'dialects', folder);
  return readdirSync(language, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(`${inside}${path.sep}`))
    .filter((file) =>
      ts
        .preProcessFile(readFileSync(file, 'utf8'))
        .importedFiles.some(({ fileName }) =>
          path.resolve(path.dirname(file), fileName).startsWith(`${inside}${path.sep}`),
        ),
    )
    .map((file) => path.relative(language, file).split(path.sep).join('/'))
    .map((file) => file.replace(/^(dialects\/[^/]+)\/.*/, '$1').replace(/\.ts$/, ''))
    .filter((file) => file !== 'dialects/index');
}

describe('the index of dialects', () => {
  it('has every folder once', () => {
    expect(DIALECTS.map(({ folder }) => folder).sort()).toEqual(folders.sort());
    expect(new Set(KINDS).size).toBe(KINDS.length);
  });

  it.each(DIALECTS)('says what uses $folder', ({ folder, usedBy }) => {
    expect([...new Set(users(folder))].sort()).toEqual([...usedBy].sort());
  });
});
