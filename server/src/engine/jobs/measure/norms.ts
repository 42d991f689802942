import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { WeightSlot } from '../../../formats/onnx/index';
import type { ModelFile } from '../../graph/modelFile';
import type { CancelCheck } from './cancelCheck';
import { squaresOf } from './squares';

/** Weights remembered: those of a dozen large models. The ones longest unused go first. */
const MAX_WEIGHTS = 20_000;

/** Squares of the norms of weights, remembered: a model's gigabytes are read for the first networks measured against it. */
export interface Norms {
  /** What `squaresOf` gives. Throws what reading throws. */
  squares(file: ModelFile, slot: WeightSlot, isCancelled: CancelCheck): Promise<Float64Array | undefined>;
}

export function createNorms(): Norms {
  const known = new Map<string, Float64Array>();
  return {
    async squares(file, slot, isCancelled) {
      const key = await keyOf(file, slot);
      if (key === undefined) return squaresOf(file, slot, isCancelled);
      const squares = known.get(key) ?? (await squaresOf(file, slot, isCancelled));
      if (!squares) return undefined;
      known.delete(key);
      known.set(key, squares);
      for (const oldest of known.keys()) {
        if (known.size <= MAX_WEIGHTS) break;
        known.delete(oldest);
      }
      return squares;
    },
  };
}

/** Which bytes of which file, and when it was written; undefined for a weight that is in no file. */
async function keyOf(file: ModelFile, { tensor, packed }: WeightSlot): Promise<string | undefined> {
  const { data } = tensor;
  if (data.kind !== 'external' && typeof file.source !== 'string') return undefined;
  const holder = data.kind === 'external' ? path.join(file.folder, data.location) : file.path;
  const at = data.kind === 'external' ? data.offset : tensor.start;
  const stats = await stat(holder).catch(() => undefined);
  return stats && [holder, stats.size, stats.mtimeMs, at, tensor.dataType, packed ? 'rows' : ''].join('|');
}
