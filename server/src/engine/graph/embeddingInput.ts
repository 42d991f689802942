import { connectionsOf, ELEMENT, type OnnxModel, type OnnxTensor } from '../../formats/onnx/index';
import type { GraphEdit } from './graphEdit';

/** Names of the graph inputs that replace token embeddings by rows of textual inversions. */
export const EMBEDDING_INPUTS = {
  /** bool `[batch, tokens, 1]`: true where a row replaces the token's embedding. */
  mask: 'sdprompt.embedding.mask',
  /** `[batch, tokens, width]`, in the type the graph computes in. */
  rows: 'sdprompt.embedding.rows',
} as const;

/** The node of a text encoder that looks up token embeddings. */
export interface TokenLookup {
  /** Index of the Gather node. */
  readonly node: number;
  /** Length of a token's embedding. */
  readonly width: number;
  readonly elementType: number;
}

/** Operators between the prompt's ids and the look-up that do not change the ids. */
const KEEPS_IDS = new Set(['Reshape', 'Cast', 'Identity', 'Squeeze', 'Unsqueeze', 'Flatten']);

/**
 * Finds the look-up of token embeddings: a Gather along axis 0 of a stored matrix by the graph's input ids. Position
 * embeddings are looked up by constants, and the pooled embedding is gathered from a computed value; both are left out.
 */
export function findTokenLookup(model: OnnxModel): TokenLookup | undefined {
  const { producers } = connectionsOf(model);
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
 * Makes the graph choose, token by token, between the stored row and one that is fed. Where the mask is false the value is
 * the stored row, bit for bit, so that one session serves prompts with and without textual inversions.
 */
export function addEmbeddingInputs(edit: GraphEdit, { node, width, elementType }: TokenLookup): void {
  const { mask, rows } = EMBEDDING_INPUTS;
  const isReplaced = edit.addInput(mask, ELEMENT.bool, ['mask_batch', 'mask_tokens', 1]);
  const replacing = edit.addInput(rows, elementType, ['rows_batch', 'rows_tokens', width]);
  edit.replaceOutput(node, 'embedding', (stored, nodes) =>
    nodes.op('Where', [isReplaced, replacing, stored]),
  );
}
