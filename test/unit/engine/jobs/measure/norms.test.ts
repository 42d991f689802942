import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelFile } from '../../../../../server/src/engine/graph/modelFile';
import { createNorms } from '../../../../../server/src/engine/jobs/measure/norms';
import { squaresOf } from '../../../../../server/src/engine/jobs/measure/squares';
import { readWeight } from '../../../../../server/src/engine/jobs/measure/weight';
import { encodeF16 } from '../../../../../server/src/formats/elements';
import {
  ELEMENT,
  memorySource,
  type OnnxTensor,
  type WeightSlot,
} from '../../../../../server/src/formats/onnx/index';
import { numbers, temporaryFolder } from '../../support';

const folder = temporaryFolder();
const going = async () => false;
const LOCATION = 'weights.bin';
/** Where the weights begin in their file: after others, and on no boundary. */
const OFFSET = 5;

/** The same prime number of numbers by element type, as they are stored and what they are then: weights repeat them. */
const PERIOD = 97;
const PATTERNS: Readonly<Record<string, { bytes: Uint8Array; values: number[] }>> = {
  float: stored(Float32Array.from(numbers(PERIOD, 1))),
  double: stored(Float64Array.from(numbers(PERIOD, 2))),
  float16: short(Uint16Array, (i) => [(i - 48) / 32, encodeF16((i - 48) / 32)]),
  bfloat16: short(Uint16Array, (i) => [1 + i / 128, 0x3f80 + i]),
  float8e4m3fn: short(Uint8Array, (i) => (i % 3 === 0 ? [-1, 0xb8] : [7 / 512, 0x07])),
};

function stored(array: Float32Array | Float64Array) {
  return { bytes: new Uint8Array(array.buffer), values: Array.from(array) };
}

function short(
  type: typeof Uint16Array | typeof Uint8Array,
  of: (index: number) => readonly [value: number, bits: number],
) {
  const pairs = Array.from({ length: PERIOD }, (_, index) => of(index));
  const bits = new type(pairs.map((pair) => pair[1]));
  return { bytes: new Uint8Array(bits.buffer), values: pairs.map(([value]) => value) };
}

/** A model with one weight, in a file beside it or inside it. */
function modelWith(
  type: string,
  shape: number[],
  where: 'external' | 'inline',
  options: Partial<WeightSlot> = {},
) {
  const { bytes: pattern, values } = PATTERNS[type]!;
  const count = shape.reduce((a, b) => a * b, 1);
  const bytes = Buffer.alloc((count * pattern.length) / PERIOD, pattern);
  const whole = Buffer.concat([Buffer.alloc(OFFSET, 7), bytes, Buffer.alloc(9, 7)]);
  const data =
    where === 'external'
      ? { kind: 'external', location: LOCATION, offset: OFFSET }
      : { kind: 'inline', offset: OFFSET, length: bytes.length };
  if (where === 'external') writeFileSync(path.join(folder, LOCATION), whole);
  const tensor = {
    name: 'w',
    dims: shape,
    dataType: ELEMENT[type as keyof typeof ELEMENT],
    data,
  } as unknown as OnnxTensor;
  const slot = { path: 'a.b', shape, storedLayout: 'torch', tensor, ...options } as WeightSlot;
  const file = { folder, path: 'made', source: whole, model: { source: memorySource(whole) } };
  const value = (index: number) => values[index % PERIOD]!;
  return { slot, value, square: squareOf(count, value), file: file as unknown as ModelFile };
}

function squareOf(count: number, value: (index: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += value(i) ** 2;
  return sum;
}

describe('the square of a weight’s norm', () => {
  // More than one piece of every type, and no whole number of pieces.
  const SHAPE = [1459, 1451];
  it.each(Object.keys(PATTERNS).flatMap((type) => [[type, 'external'] as const, [type, 'inline'] as const]))(
    'is read from %s numbers, %s',
    async (type, where) => {
      const { file, slot, square } = modelWith(type, SHAPE, where);
      const squares = (await squaresOf(file, slot, going))!;
      expect(squares).toHaveLength(1);
      expect(squares[0]! / square).toBeCloseTo(1, 10);
    },
  );

  it.each(['torch', 'transposed'] as const)('is one for each row of a packed weight: %s', async (layout) => {
    const [rows, width] = [6, 5];
    const { file, slot, value } = modelWith(
      'float',
      layout === 'torch' ? [rows, width] : [width, rows],
      'inline',
      {
        ...{ shape: [rows, width], storedLayout: layout },
        packed: [{ path: 'a.q', rows: [0, 1] }],
      },
    );
    const squares = await squaresOf(file, slot, going);
    expect(Array.from(squares!)).toEqual(
      Array.from({ length: rows }, (_, row) =>
        expect.closeTo(
          squareOf(width, (column) => value(layout === 'torch' ? row * width + column : column * rows + row)),
          12,
        ),
      ),
    );
  });

  it.each(['torch', 'transposed'] as const)('needs no layout, the weight does: %s', async (layout) => {
    const [rows, width] = [1031, 1027];
    const { file, slot, value, square } = modelWith(
      'float',
      layout === 'torch' ? [rows, width] : [width, rows],
      'external',
      { shape: [rows, width], storedLayout: layout },
    );
    const { data } = (await readWeight(file, slot, going))!;
    const places = [0, width - 1, width, 5 * width + 7, rows * width - 1];
    expect(places.map((at) => data[at])).toEqual(
      places.map((at) => value(layout === 'torch' ? at : (at % width) * rows + Math.floor(at / width))),
    );
    expect((await squaresOf(file, slot, going))![0]! / square).toBeCloseTo(1, 10);
  });

  it('is nothing after a cancel, and no promise is left behind when a file is cut off', async () => {
    const { file, slot } = modelWith('float', SHAPE, 'external');
    let pieces = 0;
    expect(await squaresOf(file, slot, async () => ++pieces === 2)).toBeUndefined();
    expect(pieces).toBe(2);
    writeFileSync(path.join(folder, LOCATION), Buffer.alloc(5_000_000));
    await expect(squaresOf(file, slot, going)).rejects.toThrow('ends at');
  });
});

describe('norms', () => {
  it('are read once, until the file is another', async () => {
    const norms = createNorms();
    const { file, slot } = modelWith('float', [3, 4], 'external');
    let pieces = 0;
    const read = async () => {
      await norms.squares(file, slot, async () => ++pieces === 0);
      return pieces;
    };
    expect([await read(), await read()]).toEqual([1, 1]);
    writeFileSync(path.join(folder, LOCATION), Buffer.alloc(500));
    expect([await read(), await read()]).toEqual([2, 2]);
  });

  it('that a cancel cut short are not kept', async () => {
    const norms = createNorms();
    const { file, slot, square } = modelWith('float', [3, 4], 'external');
    expect(await norms.squares(file, slot, async () => true)).toBeUndefined();
    expect((await norms.squares(file, slot, going))?.[0]).toBeCloseTo(square, 12);
  });
});
