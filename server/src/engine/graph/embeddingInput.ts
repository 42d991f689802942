import { ELEMENT, encode, type GraphEdits, type OnnxModel, type OnnxTensor } from '../../formats/onnx/index';

/** Names of the graph inputs that put rows of textual inversions in the place of tokens. */
export const EMBEDDING_INPUTS = {
  /** bool `[batch, tokens, 1]`: true where a row replaces the token's own. */
  mask: 'sdprompt.embedding.mask',
  /** `[batch, tokens, width]`, in the type the graph computes in. */
  rows: 'sdprompt.embedding.rows',
} as const;

/** Where a text encoder looks up its tokens. */
export interface TokenLookup {
  /** Index of the Gather node. */
  readonly node: number;
  /** Length of a token's row. */
  readonly width: number;
  readonly elementType: number;
}

/** Nodes between the prompt's ids and the look-up that leave the ids what they are. */
const KEEPS_IDS = new Set(['Reshape', 'Cast', 'Identity', 'Squeeze', 'Unsqueeze', 'Flatten']);

/**
 * Finds the look-up of token rows: a Gather along axis 0 of a stored matrix by the graph's own ids. Position rows are
 * looked up by constants, and the pooled row is gathered from a value that is computed; neither is mistaken for it.
 */
export function findTokenLookup(model: OnnxModel): TokenLookup | undefined {
  const producers = new Map<string, number>();
  model.nodes.forEach((node, index) => {
    for (const output of node.outputs) if (output) producers.set(output, index);
  });
  const ids = new Set(
    model.inputs.map((input) => input.name).filter((name) => !model.initializers.has(name)),
  );
  const producerOf = (name: string) => model.nodes[producers.get(name) ?? -1];

  const comesFromIds = (start: string): boolean => {
    let name = start;
    for (let hops = 0; hops < 32; hops++) {
      if (ids.has(name)) return true;
      const node = producerOf(name);
      if (!node || !KEEPS_IDS.has(node.opType)) return false;
      name = node.inputs[0] ?? '';
    }
    return false;
  };
  const stored = (start: string): { tensor: OnnxTensor; elementType: number } | undefined => {
    let name = start;
    let elementType: number | undefined;
    for (let hops = 0; hops < 32; hops++) {
      const tensor = model.initializers.get(name);
      if (tensor) return { tensor, elementType: elementType ?? tensor.dataType };
      const node = producerOf(name);
      if (node?.opType === 'Cast')
        elementType ??= node.attributes.find((attribute) => attribute.name === 'to')?.int;
      else if (node?.opType === 'Constant') {
        const constant = node.attributes.find((attribute) => attribute.name === 'value')?.tensor;
        return constant && { tensor: constant, elementType: elementType ?? constant.dataType };
      } else if (node?.opType !== 'Identity') return undefined;
      name = node.inputs[0] ?? '';
    }
    return undefined;
  };

  for (const [index, node] of model.nodes.entries()) {
    if (node.opType !== 'Gather' || !comesFromIds(node.inputs[1] ?? '')) continue;
    if ((node.attributes.find((attribute) => attribute.name === 'axis')?.int ?? 0) !== 0) continue;
    const table = stored(node.inputs[0] ?? '');
    if (table?.tensor.dims.length !== 2) continue;
    return { node: index, width: table.tensor.dims[1]!, elementType: table.elementType };
  }
  return undefined;
}

/**
 * Edits that choose, place by place, between a token's own row and one that is fed. Where the mask is false the value is
 * the stored row, bit for bit, so one session serves prompts with and without textual inversions.
 */
export function withEmbeddingInputs(model: OnnxModel, lookup: TokenLookup): GraphEdits {
  const { mask, rows } = EMBEDDING_INPUTS;
  const output = model.nodes[lookup.node]!.outputs[0]!;
  const own = `${output}.own`;
  const choose = encode.node('Where', [mask, rows, own], [output], 'sdprompt.embedding/Where');
  return {
    rename: new Map([[lookup.node, new Map([[0, own]])]]),
    insertAfter: new Map([[lookup.node, [choose]]]),
    addInputs: [
      encode.valueInfo(mask, ELEMENT.bool, ['mask_batch', 'mask_tokens', 1]),
      encode.valueInfo(rows, lookup.elementType, ['rows_batch', 'rows_tokens', lookup.width]),
    ],
  };
}
