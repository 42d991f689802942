import { ELEMENT, type WeightSlot } from '../../formats/onnx/index';

/** A weight of a matrix product or a convolution; not a bias and not a norm's scale. */
export function isMatrix(slot: WeightSlot): boolean {
  return slot.part === 'weight' && slot.kind !== 'norm';
}

/** True where a graph reads a slot in a type that JavaScript has arrays for. */
export function canFeed({ elementType }: WeightSlot): boolean {
  return elementType === ELEMENT.float || elementType === ELEMENT.float16;
}

/** The modules that nearly all LoRAs change: attention, feed-forward and their projections. */
export function isUsualTarget({ path }: WeightSlot): boolean {
  return /\.(attn\d*|ff|self_attn|mlp)\./.test(path) || /\.proj_(in|out)$/.test(path);
}

/** Outputs and inputs of a weight as a matrix; inputs of a convolution are channels times kernel. */
export function matrixSides({ shape: [out, ...inner] }: WeightSlot): [out: number, inner: number] {
  return [out!, inner.reduce((a, b) => a * b, 1)];
}

/** Bytes of a slot as float32. */
export function slotBytes(slot: WeightSlot): number {
  return 4 * slot.dims.reduce((a, b) => a * b, 1);
}
