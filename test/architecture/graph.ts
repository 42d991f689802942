import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** Module → the modules it imports, types included; names are relative to the repository, with `/`. */
export type ImportGraph = ReadonlyMap<string, ReadonlySet<string>>;

/** Reads the relative imports of every TypeScript file below some folders of the repository. */
export function importGraph(root: string, folders: readonly string[]): ImportGraph {
  const files = folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|mts|tsx)$/.test(entry.name))
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/')),
  );
  const known = new Set(files);
  return new Map(
    files.map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(path.join(root, file), 'utf8'));
      const targets = importedFiles
        .filter(({ fileName }) => fileName.startsWith('.'))
        .map(({ fileName }) => path.posix.join(path.posix.dirname(file), fileName))
        .map((base) => [base, `${base}.ts`, `${base}/index.ts`].find((candidate) => known.has(candidate)))
        .filter((target) => target !== undefined);
      return [file, new Set(targets)];
    }),
  );
}

/**
 * The same imports between the parts of one folder: its sub-folders, each as a whole, and its own files one by one. What a
 * part imports from itself and from outside the folder is left out.
 */
export function partsGraph(graph: ImportGraph, folder: string): ImportGraph {
  const partOf = (file: string): string | undefined => {
    if (!file.startsWith(`${folder}/`)) return undefined;
    const [first = ''] = file.slice(folder.length + 1).split('/');
    return `${folder}/${first}`;
  };
  const parts = new Map<string, Set<string>>();
  for (const [file, targets] of graph) {
    const part = partOf(file);
    if (part === undefined) continue;
    const imported = parts.get(part) ?? new Set();
    for (const target of targets) {
      const other = partOf(target);
      if (other !== undefined && other !== part) imported.add(other);
    }
    parts.set(part, imported);
  }
  return parts;
}

/** Every folder that holds a file of the graph, at any level. */
export function foldersOf(graph: ImportGraph): readonly string[] {
  const folders = new Set<string>();
  for (const file of graph.keys())
    for (let folder = path.posix.dirname(file); folder !== '.'; folder = path.posix.dirname(folder))
      folders.add(folder);
  return [...folders].sort();
}

/** The groups of two or more nodes of which each reaches each (Tarjan's strongly connected components), sorted. */
export function circlesOf(graph: ImportGraph): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (node: string): void => {
    const own = index.size;
    index.set(node, own);
    low.set(node, own);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) visit(next);
      // A node that has left the stack belongs to a group of its own.
      if (stack.includes(next)) low.set(node, Math.min(low.get(node)!, low.get(next)!));
    }
    if (low.get(node) !== own) return;
    const group = stack.splice(stack.indexOf(node));
    if (group.length > 1 || graph.get(node)?.has(node)) circles.push(group.sort());
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return circles.sort();
}
