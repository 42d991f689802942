import path from 'node:path';
import { type LoadedModel, loadModel } from '../../../server/src/engine/model/load';
import { runUnet, type UnetCondition } from '../../../server/src/engine/model/unet';
import type { EngineOptions } from '../../../server/src/shared/engineProtocol';

/** Opens a model as the engine does; throws in words what is wrong with it. */
export async function openModel(
  model: string,
  threads: number,
  mergeStrategy: EngineOptions['mergeStrategy'],
): Promise<LoadedModel> {
  const loaded = await loadModel(
    { path: path.resolve(model) },
    { threads, mergeStrategy, previewEvery: 0, idleUnloadMs: 0 },
    undefined,
    { clipMerges: path.resolve('media/clip/merges.txt.gz') },
  );
  if (loaded.ok && loaded.value) return loaded.value.model;
  throw new Error(loaded.ok ? 'cancelled' : `${loaded.problem.message} ${loaded.problem.remedy}`);
}

/** One prompt of 77 tokens through a model's text encoders. */
export async function conditionOf(model: LoadedModel, side: number): Promise<UnetCondition> {
  const { textEncoder, textEncoder2, isRefiner } = model;
  const tokens = Array.from({ length: 77 }, (_, position) => (position === 0 ? 500 : 1 + (position % 300)));
  const isSdxl = textEncoder2 !== undefined || isRefiner;
  const first = await textEncoder.encode(tokens, isSdxl ? 2 : 1, isSdxl);
  const second = await textEncoder2?.encode(tokens, 2, true);
  if (!first.ok || (second && !second.ok)) throw new Error('the prompt cannot be encoded');
  const width = first.value.width + (second?.value.width ?? 0);
  const hidden = new Float32Array(77 * width);
  for (let token = 0; token < 77; token++) {
    const own = first.value.width;
    hidden.set(first.value.hidden.subarray(token * own, (token + 1) * own), token * width);
    if (second) {
      const other = second.value.width;
      hidden.set(second.value.hidden.subarray(token * other, (token + 1) * other), token * width + own);
    }
  }
  const pooled = second?.value.pooled ?? (isRefiner ? first.value.pooled : undefined);
  const timeIds = isRefiner ? [side, side, 0, 0, 6] : [side, side, 0, 0, side, side];
  return { hidden, tokens: 77, ...(pooled && { pooled, timeIds }) };
}

/** Runs the UNet once for a square picture; false when something that came out is no number. */
export async function stepOnce(
  { unet, latentChannels }: LoadedModel,
  condition: UnetCondition,
  side: number,
): Promise<boolean> {
  const cells = side / 8;
  const latent = Float32Array.from({ length: latentChannels * cells * cells }, (_, i) => Math.sin(i));
  const [output] = await runUnet(unet, latent, [latentChannels, cells, cells], 500, [condition]);
  return output!.every(Number.isFinite);
}

/** Seconds since the process began: of the wall, and of all its threads together. */
export function clock(): { readonly wall: number; readonly cpu: number } {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now() / 1000, cpu: (user + system) / 1e6 };
}
