import type { WeightSlot } from '../../../formats/onnx/index';
import type { ModelFile } from '../../graph/modelFile';
import { sizeOf, type Tensor64 } from '../../lora/tensor';
import type { CancelCheck } from './cancelCheck';
import { piecesOf } from './pieces';

/** W0 of a slot in PyTorch layout, as a whole; undefined after a cancel. Throws what reading throws. */
export async function readWeight(
  file: ModelFile,
  { shape, storedLayout, tensor }: WeightSlot,
  isCancelled: CancelCheck,
): Promise<Tensor64 | undefined> {
  const data = new Float64Array(sizeOf(shape));
  const [rows] = shape as [number];
  const width = data.length / rows;
  let at = 0;
  for await (const piece of piecesOf(file, tensor)) {
    if (storedLayout === 'torch') data.set(piece, at);
    else
      for (let i = 0; i < piece.length; i++)
        data[((at + i) % rows) * width + Math.floor((at + i) / rows)] = piece[i]!;
    at += piece.length;
    if (await isCancelled()) return undefined;
  }
  return { shape, data };
}
