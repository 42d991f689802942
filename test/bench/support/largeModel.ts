import { closeSync, cpSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { UNETS } from '../../../server/src/engine/graph/networks/presets';
import { unet } from '../../../server/src/engine/graph/networks/unet';
import { createRandom } from './random';

/** Values in one piece of the file of weights. */
const PIECE = 2 ** 20;

/**
 * A model whose UNet has the shape of Stable Diffusion 1.5's, for its size and speed only: every weight is read from the
 * beginning of one file of small random numbers. Text encoder, vocabulary and decoder are the built-in model's, to whose
 * width of text the UNet is cut. 120 MB on disk, some 5 GB when it runs.
 */
export function writeLargeModel(folder: string, builtIn: string): void {
  cpSync(builtIn, folder, { recursive: true, filter: (file) => path.basename(file) !== 'loras' });
  const target = path.join(folder, 'unet');
  rmSync(target, { recursive: true });
  mkdirSync(target);
  const config = { ...UNETS.sd1, context: 64 };
  const sizes = unet.parameters(config).map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  writeWeights(path.join(target, 'weights.bin'), Math.max(...sizes));
  const graph = unet.write(config, ({ shape }) => ({
    dtype: 'F32',
    location: 'weights.bin',
    offset: 0,
    length: 4 * shape.reduce((a, b) => a * b, 1),
  }));
  writeFileSync(path.join(target, 'model.onnx'), graph);
  writeFileSync(
    path.join(target, 'config.json'),
    JSON.stringify({ in_channels: 4, down_block_types: ['', '', '', ''] }),
  );
}

function writeWeights(file: string, count: number): void {
  const random = createRandom(1);
  const piece = Float32Array.from({ length: PIECE }, () => (random(2001) - 1000) / 1e5);
  const handle = openSync(file, 'w');
  for (let at = 0; at < count; at += PIECE) writeSync(handle, piece);
  closeSync(handle);
}
