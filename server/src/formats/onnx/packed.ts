import type { OnnxNode } from './model';
import { scopeOfNode } from './paths';
import type { Graph, PackedModule } from './slot';

/** Projections of an attention by the name of what follows it. */
const NAMES: readonly (readonly [end: RegExp, names: readonly [q: string, k: string, v: string]])[] = [
  [/\.to_out\.0$/, ['to_q', 'to_k', 'to_v']],
  [/\.out_proj$/, ['q_proj', 'k_proj', 'v_proj']],
];
/** How far the output of an attention is looked for, in nodes. */
const DEPTH = 12;

/**
 * The modules in a weight that ONNX Runtime's optimizers packed: q, k and v side by side in an `Attention`, q, k, v head by
 * head in `MatMul_QKV…`, k and v head by head in `MatMul_KV…`. Their own names are lost; the projection that follows the
 * attention keeps its. Undefined for any other weight.
 *
 * @param width outputs of the packed weight
 */
export function packedOf(graph: Graph, index: number, width: number): PackedModule[] | undefined {
  const node = graph.model.nodes[index]!;
  const isAttention = node.opType === 'Attention';
  const parts = isAttention
    ? 'qkv'
    : /^MatMul_(QKV|KV)_.*weight/.exec(node.inputs[1] ?? '')?.[1]?.toLowerCase();
  if (parts === undefined) return undefined;
  const found = outputOf(graph, index);
  const heads = isAttention ? 1 : found?.heads;
  if (!found || heads === undefined || width % (heads * parts.length) !== 0) return undefined;
  const size = width / (heads * parts.length);
  return [...parts].map((part, place) => ({
    path: `${found.stem}.${found.names['qkv'.indexOf(part)]}`,
    rows: Array.from({ length: heads * size }, (_, row) => {
      const head = Math.floor(row / size);
      return (head * parts.length + place) * size + (row % size);
    }),
  }));
}

interface Output {
  readonly stem: string;
  readonly names: readonly string[];
  readonly heads?: number;
}

/** Follows the values from a node to the projection behind its attention, noting the number of heads on the way. */
function outputOf(graph: Graph, index: number): Output | undefined {
  let heads: number | undefined;
  let front = [index];
  const seen = new Set(front);
  for (let depth = 0; depth < DEPTH && front.length > 0; depth++) {
    const next: number[] = [];
    for (const from of front) {
      const node: OnnxNode = graph.model.nodes[from]!;
      if (/^(?:Packed)?MultiHeadAttention$/.test(node.opType))
        heads ??= node.attributes.find(({ name }) => name === 'num_heads')?.int;
      const scope = depth > 0 ? scopeOfNode(node) : undefined;
      for (const [end, names] of NAMES)
        if (scope !== undefined && end.test(scope)) return { stem: scope.replace(end, ''), names, heads };
      for (const output of node.outputs)
        for (const use of graph.consumers.get(output) ?? []) {
          if (seen.has(use.node)) continue;
          seen.add(use.node);
          next.push(use.node);
        }
    }
    front = next;
  }
  return undefined;
}
