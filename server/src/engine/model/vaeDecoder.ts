import type { InferenceSession } from '../runtime/session';
import { floatsOf, pickPort, tensorFor } from './ports';

/** Decodes latents `[channels, height, width]` to an image `[3, 8·height, 8·width]` in −1 … 1. */
export async function decodeLatents(
  session: InferenceSession,
  latents: Float32Array,
  shape: readonly [channels: number, height: number, width: number],
  scalingFactor: number,
  shiftFactor: number,
): Promise<Float32Array> {
  const input = pickPort(session.inputMetadata, ['latent_sample', 'latent', 'latents']);
  const output = pickPort(session.outputMetadata, ['sample', 'images']).name;
  const scaled = latents.map((value) => value / scalingFactor + shiftFactor);
  const result = await session.run({ [input.name]: tensorFor(input, scaled, [1, ...shape]) }, [output]);
  return floatsOf(result[output]!);
}
