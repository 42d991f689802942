import type { OnnxModel, OnnxTensor } from './model';

/** `torch`: as PyTorch stores it, `[out, in, …]`. `transposed`: `[in, out]`, as MatMul multiplies. */
export type Layout = 'torch' | 'transposed';

/**
 * A trainable parameter of a module, and the node inputs that read it. Replacing the inputs named in `uses`
 * by another value changes this parameter of this module and nothing else, even where the exporter stored equal
 * tensors once.
 */
export interface WeightSlot {
  /** Module path with dots, as diffusers and transformers name it. */
  readonly path: string;
  readonly part: 'weight' | 'bias';
  readonly kind: 'linear' | 'conv' | 'norm';
  /** PyTorch layout: linear `[out, in]`, conv `[out, in/groups, kh, kw]`, norm and bias `[n]`. */
  readonly shape: readonly number[];
  /** Layout and dimensions of the value where it is read. */
  readonly layout: Layout;
  readonly dims: readonly number[];
  /** Element type where it is read (ELEMENT). */
  readonly elementType: number;
  /** The stored tensor, and its own layout. */
  readonly tensor: OnnxTensor;
  readonly storedLayout: Layout;
  readonly uses: readonly SlotUse[];
  /** Modules whose weights an optimizer put into this one tensor; `path` is then not the path of a module. */
  readonly packed?: readonly PackedModule[];
  /**
   * The products with a quantised weight. Such a weight cannot be replaced by a sum, so `uses` is empty; `elementType` is
   * the type of the products, and `tensor` holds the quantised numbers.
   */
  readonly quantised?: readonly QuantisedUse[];
}

export interface SlotUse {
  /** Index into `model.nodes`. */
  readonly node: number;
  /** Index into the node's inputs. */
  readonly input: number;
}

/** One product with a quantised weight: what goes in, and whose first output is the product, both in floating point. */
export interface QuantisedUse {
  /** Value name. */
  readonly input: string;
  /** Index of the node that multiplies. */
  readonly node: number;
  /** Index of the node whose output is the product, scaled back. */
  readonly result: number;
}

/** A module whose weight is some rows of a packed one. */
export interface PackedModule {
  readonly path: string;
  /** Rows of the packed weight in PyTorch layout, in the order of the module's own. */
  readonly rows: readonly number[];
}

/** A model with the producer and the consumers of every value. */
export interface Graph {
  readonly model: OnnxModel;
  /** Value name → index of the node that produces it. */
  readonly producers: ReadonlyMap<string, number>;
  /** Value name → every node input that reads it, in the order of the nodes. */
  readonly consumers: ReadonlyMap<string, readonly SlotUse[]>;
}

/** Looks up who produces and who reads each value of the main graph. */
export function connectionsOf(model: OnnxModel): Graph {
  const producers = new Map<string, number>();
  const consumers = new Map<string, SlotUse[]>();
  model.nodes.forEach((node, index) => {
    for (const output of node.outputs) if (output) producers.set(output, index);
    node.inputs.forEach((name, input) => {
      if (!name) return;
      const list = consumers.get(name);
      if (list) list.push({ node: index, input });
      else consumers.set(name, [{ node: index, input }]);
    });
  });
  return { model, producers, consumers };
}
