import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLookup, insertedNames, resolveEverywhere } from '../../../server/src/library/resolve';
import { naturalCompare } from '../../../server/src/library/resolve/natural';
import type { LoraFacts } from '../../../server/src/shared/facts';
import { loraFacts } from '../../support/loraFacts';

interface Row {
  readonly set: string;
  readonly files: readonly { readonly path: string; readonly alias?: string }[];
  readonly query?: string;
  readonly expected?: Record<string, string | null>;
  readonly written_by_a1111_card?: Record<string, { 'Alias from file': string; Filename: string }>;
}

const rows = readFileSync(join(__dirname, '../../golden/resolution/cases.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Row);

function factsOf(path: string, alias?: string): LoraFacts {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '');
  return loraFacts({ name, relativePath: path, ...(alias !== undefined && { alias }) });
}

describe('names to files', () => {
  const queries = rows.filter((row) => row.query !== undefined);
  it.each(queries.map((row) => [row.set, row.query, row] as const))('%s: %s', (_, query, row) => {
    const found = resolveEverywhere(
      row.files.map(({ path, alias }) => factsOf(path, alias)),
      query!,
    );
    const paths = Object.fromEntries(
      Object.keys(row.expected!).map((program) => [program, found.get(program)?.file.relativePath ?? null]),
    );
    expect(paths).toEqual(row.expected);
  });

  const cards = rows.filter((row) => row.written_by_a1111_card);
  it.each(cards.map((row) => [row.set, row] as const))('%s: what the card writes', (_, row) => {
    const names = insertedNames(row.files.map(({ path, alias }) => factsOf(path, alias)));
    const written = Object.fromEntries(
      [...names].map(([facts, name]) => [
        facts.file.relativePath,
        { 'Alias from file': name.alias, Filename: name.fileName },
      ]),
    );
    expect(written).toEqual(row.written_by_a1111_card);
  });

  it('covers every row', () => expect(queries.length + cards.length).toBe(rows.length));
});

describe('createLookup', () => {
  it('lists every file that a name could mean', () => {
    const facts = [factsOf('pose/sample.safetensors'), factsOf('char/sample.safetensors')];
    const resolution = createLookup(facts, 'a1111', 'files').resolve('sample');
    expect(resolution.chosen?.file.relativePath).toBe('pose/sample.safetensors');
    expect(resolution.candidates).toHaveLength(2);
  });

  it('says how a name was found', () => {
    const facts = [factsOf('a.safetensors', 'other')];
    expect(createLookup(facts, 'a1111', 'files').resolve('other')).toMatchObject({ how: 'alias' });
    expect(createLookup(facts, 'a1111', 'files').resolve('a')).toMatchObject({ how: 'name' });
    expect(createLookup(facts, 'a1111', 'files').resolve('b')).toEqual({ candidates: [] });
  });

  it('reads files in natural order whatever order they come in', () => {
    const files = ['b/x.safetensors', 'a10/x.safetensors', 'a9/x.safetensors'].map((path) => factsOf(path));
    expect(createLookup(files, 'a1111', 'files').resolve('x').chosen?.file.relativePath).toBe(
      'b/x.safetensors',
    );
  });

  it.each(['a1111', 'krita', 'comfyui', 'swarmui'] as const)(
    'finds a decomposed file name by a composed one for %s and says so',
    (target) => {
      const lookup = createLookup([factsOf('poke\u0301mon.safetensors')], target, 'files');
      expect(lookup.resolve('pok\u00e9mon')).toMatchObject({ normalized: true });
      expect(lookup.resolve('poke\u0301mon').normalized).toBeUndefined();
      expect(lookup.resolve('poke\u0301mon').chosen).toBeDefined();
    },
  );

  it('sorts all by name', () => {
    const facts = ['b', 'a', 'c'].map((name) => factsOf(`${name}.safetensors`));
    expect(createLookup(facts, 'krita', 'files').all.map(({ file: { name } }) => name)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });
});

describe('naturalCompare', () => {
  it('orders numbers by value and letters without case', () => {
    const names = ['b', 'A10', 'a9', 'a', 'B2'];
    expect(names.sort(naturalCompare)).toEqual(['a', 'a9', 'A10', 'b', 'B2']);
  });
});
