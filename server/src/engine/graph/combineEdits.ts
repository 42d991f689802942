import type { GraphEdits } from '../../formats/onnx/index';

type Renames = ReadonlyMap<number, ReadonlyMap<number, string>>;

/** Two sets of edits as one. Where both rename the same input or output, or replace the same tensor, the second counts. */
export function combineEdits(first: GraphEdits, second: GraphEdits): GraphEdits {
  return {
    dropNodes: new Set([...(first.dropNodes ?? []), ...(second.dropNodes ?? [])]),
    rewire: joinRenames(first.rewire, second.rewire),
    rename: joinRenames(first.rename, second.rename),
    insertAfter: joinLists(first.insertAfter, second.insertAfter),
    prologue: [...(first.prologue ?? []), ...(second.prologue ?? [])],
    dropInitializers: new Set([...(first.dropInitializers ?? []), ...(second.dropInitializers ?? [])]),
    replaceInitializers: new Map([
      ...(first.replaceInitializers ?? []),
      ...(second.replaceInitializers ?? []),
    ]),
    addInitializers: [...(first.addInitializers ?? []), ...(second.addInitializers ?? [])],
    replaceInputs: new Map([...(first.replaceInputs ?? []), ...(second.replaceInputs ?? [])]),
    addInputs: [...(first.addInputs ?? []), ...(second.addInputs ?? [])],
    addOutputs: [...(first.addOutputs ?? []), ...(second.addOutputs ?? [])],
  };
}

function joinRenames(first: Renames = new Map(), second: Renames = new Map()): Renames {
  const joined = new Map(first);
  for (const [node, names] of second) joined.set(node, new Map([...(joined.get(node) ?? []), ...names]));
  return joined;
}

/** What goes in after a node: the second set's nodes come first, since the first set's may read what they make. */
function joinLists(
  first: ReadonlyMap<number, readonly Uint8Array[]> = new Map(),
  second: ReadonlyMap<number, readonly Uint8Array[]> = new Map(),
): ReadonlyMap<number, readonly Uint8Array[]> {
  const joined = new Map(first);
  for (const [node, list] of second) joined.set(node, [...list, ...(joined.get(node) ?? [])]);
  return joined;
}
