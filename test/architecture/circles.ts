/** Import graphs: `edges` maps a node to the nodes it imports. */
export type ImportGraph = ReadonlyMap<string, ReadonlySet<string>>;

/** Groups of nodes that import each other, directly or through others (Tarjan's strongly connected components). */
export function circlesOf(edges: ImportGraph): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const open = new Set<string>();
  const circles: string[][] = [];
  const visit = (node: string): void => {
    const index = order.size;
    order.set(node, index);
    low.set(node, index);
    stack.push(node);
    open.add(node);
    for (const next of edges.get(node) ?? []) {
      if (!order.has(next)) visit(next);
      if (open.has(next)) low.set(node, Math.min(low.get(node)!, low.get(next)!));
    }
    if (low.get(node) !== index) return;
    const circle: string[] = [];
    let member: string;
    do {
      member = stack.pop()!;
      open.delete(member);
      circle.push(member);
    } while (member !== node);
    if (circle.length > 1) circles.push(circle.sort());
  };
  for (const node of edges.keys()) if (!order.has(node)) visit(node);
  return circles;
}

/** The imports between the entries of one folder, files and folders alike, of a graph of files. */
export function entriesOf(files: ImportGraph, folder: string): ImportGraph {
  const entry = (file: string) =>
    file.startsWith(`${folder}/`) ? file.slice(folder.length + 1).split('/')[0] : undefined;
  const edges = new Map<string, Set<string>>();
  for (const [file, imported] of files) {
    const from = entry(file);
    if (from === undefined) continue;
    const targets = edges.get(from) ?? new Set();
    edges.set(from, targets);
    for (const other of imported) {
      const to = entry(other);
      if (to !== undefined && to !== from) targets.add(to);
    }
  }
  return edges;
}

/** Every folder that holds one of the files, at any depth. */
export function foldersOf(files: Iterable<string>): string[] {
  const folders = new Set<string>();
  for (const file of files) {
    const parts = file.split('/');
    for (let depth = 1; depth < parts.length; depth++) folders.add(parts.slice(0, depth).join('/'));
  }
  return [...folders].sort();
}
