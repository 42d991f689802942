import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { WeightLocation } from '../../../server/src/engine/graph/builder';
import { UNETS } from '../../../server/src/engine/graph/networks/presets';
import { unet } from '../../../server/src/engine/graph/networks/unet';
import type { UnetConfig } from '../../../server/src/formats/checkpoint';

/** As Stable Diffusion 1's, a fifth as wide: 43 million weights, a step of about a second. */
const SMALL: UnetConfig = { ...UNETS.sd1, channels: [64, 128, 256, 256], timeWidth: 1280 };

const CONFIGS = { small: SMALL, sd1: UNETS.sd1 } as const;

export type ModelSize = keyof typeof CONFIGS;

const BLOCK = 1 << 20;

/**
 * A UNet with seeded weights, outside the repository, made once and kept: `small`, or the size of Stable Diffusion 1's
 * (860 million weights, 3.4 GB). Weights are scaled so that activations stay in the range of a trained network's.
 * @returns the folder with `model.onnx`
 */
export async function unetModel(size: ModelSize): Promise<string> {
  const folder = path.join(tmpdir(), 'sdprompt-bench', `unet-${size}`);
  const graph = path.join(folder, 'model.onnx');
  if (existsSync(graph)) return folder;
  mkdirSync(folder, { recursive: true });
  const parameters = unet.parameters(CONFIGS[size]);
  const places = new Map<string, WeightLocation>();
  let at = 0;
  for (const { name, shape } of parameters) {
    const length = 4 * shape.reduce((product, side) => product * side, 1);
    places.set(name, { dtype: 'F32', location: 'weights.bin', offset: at, length });
    at += length;
  }
  console.log(`writing ${(at / 1e9).toFixed(1)} GB of weights to ${folder}`);
  const data = await open(path.join(folder, 'weights.bin'), 'w');
  const random = randomBlock();
  const block = new Float32Array(BLOCK);
  let phase = 0;
  for (const { name, shape } of parameters) {
    const count = shape.reduce((product, side) => product * side, 1);
    const inputs = shape.slice(1).reduce((product, side) => product * side, 1);
    const scale = shape.length > 1 ? 1 / Math.sqrt(inputs) : 0;
    const constant = /norm/.test(name) && name.endsWith('.weight') ? 1 : 0;
    for (let done = 0; done < count; done += BLOCK) {
      const length = Math.min(BLOCK, count - done);
      // Another start for every block: no two of them are the same, and none is drawn twice.
      phase = (phase + 7919) % BLOCK;
      for (let i = 0; i < length; i++) block[i] = constant + scale * random[(phase + i) % BLOCK]!;
      await data.write(block.subarray(0, length));
    }
  }
  await data.close();
  writeFileSync(
    graph,
    unet.write(CONFIGS[size], ({ name }) => places.get(name)!),
  );
  return folder;
}

/** Numbers of mean 0 and variance 1, always the same. */
function randomBlock(): Float32Array {
  let state = 1;
  return Float32Array.from({ length: BLOCK }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32 - 0.5) * Math.sqrt(12);
  });
}
