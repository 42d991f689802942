import type { OnnxModel, WeightSlot } from '../../formats/onnx/index';

/** Products with quantised weights that are what MatMul would give. */
const UNSCALED_PRODUCTS = new Set([
  ...['MatMulNBits', 'MatMulInteger', 'MatMulIntegerToFloat', 'DynamicQuantizeMatMul'],
]);

/** True where a LoRA branch can be added to every product with the slot: matrix products, and convolutions without groups. */
export function canBranch(model: OnnxModel, slot: WeightSlot): boolean {
  if (slot.uses.some((use) => use.input !== 1)) return false;
  const nodes = slot.quantised?.map(({ node }) => node) ?? slot.uses.map(({ node }) => node);
  return nodes.every((index) => {
    const { opType, attributes } = model.nodes[index]!;
    const find = (name: string) => attributes.find((attribute) => attribute.name === name);
    const int = (name: string, usual: number) => find(name)?.int ?? usual;
    if (opType === 'MatMul' || UNSCALED_PRODUCTS.has(opType)) return true;
    if (opType === 'FusedMatMul')
      return ['transA', 'transBatchA', 'transBatchB'].every((name) => int(name, 0) === 0);
    if (opType === 'Gemm') return int('transA', 0) === 0 && (find('alpha')?.float ?? 1) === 1;
    return /^Conv(?:Integer)?$/.test(opType) && int('group', 1) === 1;
  });
}

/** True where every reader of the slot can be moved into a branch of an `If`. */
export function canBeConditional(model: OnnxModel, slot: WeightSlot): boolean {
  return slot.uses.every(({ node }) => model.nodes[node]!.outputs.filter(Boolean).length === 1);
}
