import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { circlesOf, entriesOf, foldersOf, type ImportGraph } from './circles';

const root = path.resolve(import.meta.dirname, '../..');

/** Circles that are still to be ended, as `folder: members`. Take an entry out when its circle is gone. */
const KNOWN: readonly string[] = [
  'client/src: commands, generation, preview, services.ts',
  'server/src/engine/graph: besideBias.ts, branchGraph.ts',
  'server/src/engine/weights: adaptive.ts, factored.ts, inputs.ts, strategies.ts',
  'server/src/library: metadata, verdict',
];

/** Every file below a folder with the files it imports, type imports included. */
function importsBelow(folder: string): ImportGraph {
  const files = readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name));
  const name = (file: string) => path.relative(root, file).split(path.sep).join('/');
  const graph = new Map<string, Set<string>>();
  for (const file of files) {
    const imported = new Set<string>();
    for (const { fileName } of ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles) {
      if (!fileName.startsWith('.')) continue;
      const target = path.resolve(path.dirname(file), fileName);
      const found = [`${target}.ts`, path.join(target, 'index.ts'), target].find((one) => existsSync(one));
      if (found !== undefined) imported.add(name(found));
    }
    graph.set(name(file), imported);
  }
  return graph;
}

function circlesBelow(folder: string): string[] {
  const files = importsBelow(folder);
  expect(files.size).toBeGreaterThan(5);
  const ofFiles = circlesOf(files).map((circle) => circle.join(', '));
  const ofEntries = foldersOf(files.keys()).flatMap((inside) =>
    circlesOf(entriesOf(files, inside)).map((circle) => `${inside}: ${circle.join(', ')}`),
  );
  // A circle of files of one folder is one of its entries too, and named there.
  return ofEntries.length > 0 ? ofEntries : ofFiles;
}

/** True for a circle of the list, or for what is left of one. */
function isKnown(circle: string): boolean {
  const [folder, members = ''] = circle.split(': ');
  return KNOWN.some((known) => {
    const [of, all = ''] = known.split(': ');
    return of === folder && members.split(', ').every((member) => all.split(', ').includes(member));
  });
}

describe('imports', () => {
  it('form no circle of files, nor of files and folders beside each other', () => {
    const circles = ['server/src', 'client/src', 'media/preview'].flatMap(circlesBelow);
    expect(circles.filter((circle) => !isKnown(circle))).toEqual([]);
  });
});

describe('the search for circles', () => {
  const graph = (edges: Record<string, string[]>): ImportGraph =>
    new Map(Object.entries(edges).map(([from, to]) => [from, new Set(to)]));

  it('finds circles of files', () => {
    expect(circlesOf(graph({ a: ['b'], b: ['c'], c: ['a'], d: ['a'] }))).toEqual([['a', 'b', 'c']]);
    expect(circlesOf(graph({ a: ['b', 'c'], b: ['c'], c: [] }))).toEqual([]);
  });

  it('finds circles of folders whose files form none', () => {
    const files = graph({
      's/a/1.ts': ['s/b/1.ts'],
      's/b/1.ts': [],
      's/b/2.ts': ['s/a/2.ts'],
      's/a/2.ts': [],
    });
    expect(circlesOf(files)).toEqual([]);
    expect(circlesOf(entriesOf(files, 's'))).toEqual([['a', 'b']]);
  });

  it('takes a file and a folder beside it for two entries, and a folder and its own files for none', () => {
    const files = graph({ 's/a.ts': ['s/b/1.ts'], 's/b/1.ts': ['s/a.ts', 's/b/2.ts'], 's/b/2.ts': [] });
    expect(circlesOf(entriesOf(files, 's'))).toEqual([['a.ts', 'b']]);
    expect(circlesOf(entriesOf(files, 's/b'))).toEqual([]);
    expect(foldersOf(files.keys())).toEqual(['s', 's/b']);
  });
});
