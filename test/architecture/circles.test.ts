import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { circlesOf, foldersOf, importGraph, partsGraph } from './graph';
import { FOLDERS_WITH_CIRCLES } from './knownCircles';

const root = path.resolve(import.meta.dirname, '../..');
const graph = importGraph(root, ['server/src', 'client/src', 'media/preview']);

/** Circles of files, and those between the parts of a folder that are more than a circle of its own files. */
const found = [
  ...circlesOf(graph),
  ...foldersOf(graph)
    .flatMap((folder) => circlesOf(partsGraph(graph, folder)))
    .filter((circle) => circle.some((part) => !graph.has(part))),
];

const isInside = (circle: readonly string[], folder: string): boolean =>
  circle.every((member) => member.startsWith(`${folder}/`));

describe('imports, types included', () => {
  it('form no circle of files and none between the parts of a folder', () => {
    expect(graph.size).toBeGreaterThan(400);
    const unknown = found.filter(
      (circle) => !FOLDERS_WITH_CIRCLES.some((folder) => isInside(circle, folder)),
    );
    expect(unknown).toEqual([]);
  });
});

describe('the search for circles', () => {
  const of = (edges: Readonly<Record<string, readonly string[]>>) =>
    new Map(Object.entries(edges).map(([from, to]) => [from, new Set(to)]));

  it('finds pairs, longer ones and a file that imports itself', () => {
    expect(circlesOf(of({ a: ['b'], b: ['a'] }))).toEqual([['a', 'b']]);
    expect(circlesOf(of({ a: ['b'], b: ['c', 'd'], c: ['a'], d: [] }))).toEqual([['a', 'b', 'c']]);
    expect(circlesOf(of({ a: ['a'], b: ['c'], c: [] }))).toEqual([['a']]);
    expect(circlesOf(of({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }))).toEqual([]);
  });

  it('counts sub-folders as a whole, own files one by one, and no folder with its parent', () => {
    const imports = of({
      'x/one/a.ts': ['x/two/b.ts', 'x/y.ts'],
      'x/two/b.ts': [],
      'x/two/c.ts': ['x/one/a.ts'],
      'x/y.ts': [],
      'x/z.ts': ['x/one/a.ts'],
    });
    expect(circlesOf(imports)).toEqual([]);
    expect(foldersOf(imports)).toEqual(['x', 'x/one', 'x/two']);
    expect(circlesOf(partsGraph(imports, 'x'))).toEqual([['x/one', 'x/two']]);
  });

  it('reads types too', () => {
    const rule = graph.get('server/src/language/rules/rule.ts');
    expect(rule).toContain('server/src/language/syntax/nodes.ts');
  });
});
