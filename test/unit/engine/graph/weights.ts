import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import type { Locate, Parameter, WeightLocation } from '../../../../server/src/engine/graph/builder';
import { encodeF16 } from '../../../../server/src/formats/elements';

/**
 * The numbers of tools/graph-golden/weights.py, in −1 … 1: they follow from a name and a position, and nothing is
 * stored.
 */
export function* mixed(name: string, count: number): Generator<number> {
  const seed = crc32(name);
  for (let position = 0; position < count; position++) {
    let h = (position + seed) >>> 0;
    h ^= h >>> 16;
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    h ^= h >>> 16;
    yield (h >>> 0) / 2 ** 31 - 1;
  }
}

/** A parameter's numbers: matrices keep the size of what they multiply, norms stay near 1, biases near 0. */
export function numbersOf({ name, shape }: Parameter): Float32Array<ArrayBuffer> {
  const count = shape.reduce((a, b) => a * b, 1);
  const spread = Math.sqrt(3 / (count / shape[0]!));
  const isNorm = name.endsWith('.weight');
  return Float32Array.from(mixed(name, count), (value) =>
    shape.length > 1 ? value * spread : isNorm ? 1 + 0.2 * value : 0.1 * value,
  );
}

export interface Storing {
  readonly dtype?: 'F32' | 'F16';
  /** Linear weights are stored `[in, out]`. */
  readonly transposed?: boolean;
  /** Other numbers than `numbersOf`. */
  readonly numbers?: (parameter: Parameter) => Float32Array<ArrayBuffer>;
}

/** Writes the parameters one after the other into a file of the folder and says where each one is. */
export function store(
  folder: string,
  file: string,
  parameters: readonly Parameter[],
  { dtype = 'F32', transposed = false, numbers: given = numbersOf }: Storing = {},
): Locate {
  const places = new Map<string, WeightLocation>();
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const parameter of parameters) {
    const [rows = 1, columns = 1] = parameter.shape;
    const isTurned = transposed && parameter.shape.length === 2;
    let numbers = given(parameter);
    if (isTurned) numbers = numbers.map((_, at, all) => all[(at % rows) * columns + Math.floor(at / rows)]!);
    const typed = dtype === 'F16' ? Uint16Array.from(numbers, encodeF16) : numbers;
    const bytes = new Uint8Array(typed.buffer);
    parts.push(bytes);
    places.set(parameter.name, {
      dtype,
      location: file,
      offset,
      length: bytes.length,
      ...(isTurned && { transposed: true }),
    });
    offset += bytes.length;
  }
  writeFileSync(path.join(folder, file), Buffer.concat(parts));
  return ({ name }) => places.get(name)!;
}
