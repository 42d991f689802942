import { closeSync, existsSync, openSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { WeightSlot } from '../../../server/src/formats/onnx/index';

/**
 * Writes a LoRA in float16 with factors of one rank on the given weights, unless it is there already.
 * @returns the file
 */
export function networkFile(
  folder: string,
  slots: readonly WeightSlot[],
  rank: number,
  number: number,
): string {
  const target = path.join(folder, `rank${rank}-${number}.safetensors`);
  if (existsSync(target)) return target;
  const header: Record<string, unknown> = {};
  const sizes: number[] = [];
  let at = 0;
  const add = (name: string, shape: number[]) => {
    const bytes = 2 * shape.reduce((product, side) => product * side, 1);
    header[name] = { dtype: 'F16', shape, data_offsets: [at, at + bytes] };
    sizes.push(bytes);
    at += bytes;
  };
  for (const { path: module, shape } of slots) {
    const [out = 1, ...inner] = shape;
    const key = `lora_unet_${module.replaceAll('.', '_')}`;
    add(`${key}.lora_down.weight`, [rank, ...inner]);
    add(`${key}.lora_up.weight`, [out, rank, ...inner.slice(1).map(() => 1)]);
  }
  const text = Buffer.from(JSON.stringify(header));
  const file = openSync(`${target}.part`, 'w');
  writeSync(file, new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer));
  writeSync(file, text);
  let state = number + rank;
  for (const bytes of sizes) {
    // Signs and fractions at random, exponents between 2^-10 and 2^-8.
    const halves = Uint16Array.from({ length: bytes / 2 }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return ((state >>> 16) & 0x83ff) | ((5 + ((state >>> 8) & 1)) << 10);
    });
    writeSync(file, new Uint8Array(halves.buffer));
  }
  closeSync(file);
  renameSync(`${target}.part`, target);
  return target;
}
