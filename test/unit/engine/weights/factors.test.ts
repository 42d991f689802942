import { afterAll, describe, expect, it } from 'vitest';
import type { AppliedLora, SlotChange } from '../../../../server/src/engine/lora/assign';
import { type LoraFile, openLoraFile } from '../../../../server/src/engine/lora/loraFile';
import { collect } from '../../../../server/src/engine/runtime/collect';
import { createStacker } from '../../../../server/src/engine/weights/merged/factors';
import { numbers, safetensors, temporaryFolder, write } from '../support';

const folder = temporaryFolder();
const files: LoraFile[] = [];
afterAll(() => {
  for (const file of files) file.close();
});

const [OUT, INPUTS, RANK] = [6, 4, 3];
const downOf = (seed: number) => numbers(RANK * INPUTS, seed).map(Math.fround);
const upOf = (seed: number) => numbers(OUT * RANK, seed + 50).map(Math.fround);

/** A network of one module at a strength, with alpha twice the rank. */
function change(seed: number, strength: number, dyn?: number): SlotChange {
  const tensors = {
    'lora_unet_a.lora_down.weight': { shape: [RANK, INPUTS], data: downOf(seed) },
    'lora_unet_a.lora_up.weight': { shape: [OUT, RANK], data: upOf(seed) },
    'lora_unet_a.alpha': { shape: [], data: [2 * RANK] },
  };
  const name = `${seed}-${strength}-${dyn}`;
  const opened = openLoraFile(write(folder, `${name}.safetensors`, safetensors(tensors)), name);
  if (!opened.ok) throw new Error(opened.problem.message);
  files.push(opened.value);
  const lora: AppliedLora = {
    name,
    file: opened.value,
    te: 0,
    unet: strength,
    ...(dyn !== undefined && { dyn }),
  };
  return { lora, module: opened.value.modules[0]!, strength };
}

const dataOf = ({ data }: { readonly data: unknown }) => [...(data as Float32Array)];
/** `[out, rank]` as `[rank, out]`. */
const turned = (up: readonly number[]) =>
  Array.from({ length: RANK * OUT }, (_, at) => up[(at % OUT) * RANK + Math.floor(at / OUT)]!);

describe('the factors of a slot', () => {
  it('are those of its networks one below the other, and their strengths beside them', () => {
    const stacked = createStacker([OUT, INPUTS])([change(1, 0.5), change(2, -1)]);
    expect(stacked.rank).toBe(2 * RANK);
    expect(dataOf(stacked.down)).toEqual([...downOf(1), ...downOf(2)]);
    expect(dataOf(stacked.up)).toEqual([...turned(upOf(1)), ...turned(upOf(2))]);
    expect(dataOf(stacked.scale)).toEqual([1, 1, 1, -2, -2, -2]);
  });

  it('are not copied by a change of strength', () => {
    const stack = createStacker([OUT, INPUTS]);
    const [one, two] = [change(3, 0.5), change(4, 1)];
    const before = stack([one, two]);
    const after = stack([{ ...one, strength: 0.25 }, two]);
    expect([after.down === before.down, after.up === before.up]).toEqual([true, true]);
    expect(dataOf(after.scale)).toEqual([0.5, 0.5, 0.5, 2, 2, 2]);
  });

  it('are the first ranks with dyn, and one rank of zeros or none without networks', () => {
    const first = createStacker([OUT, INPUTS])([change(5, 1, 2)]);
    expect([first.rank, dataOf(first.down)]).toEqual([2, downOf(5).slice(0, 2 * INPUTS)]);
    const none = [0, 1].map((rank) => createStacker([OUT, INPUTS], rank as 0 | 1)([]));
    expect(none.map(({ down }) => down.dims)).toEqual([
      [0, INPUTS],
      [1, INPUTS],
    ]);
    expect(dataOf(none[1]!.up)).toEqual(new Array(OUT).fill(0));
  });
});

/** Whether the numbers a module read are still in memory after a collection. */
async function areKept({ module }: SlotChange, meanwhile: () => unknown): Promise<boolean> {
  const read = () => {
    const factors = module.lowRank([OUT, INPUTS]);
    if (!factors.ok) throw new Error(factors.problem.message);
    return new WeakRef(factors.value.down);
  };
  const numbers = read();
  const held = { user: meanwhile() };
  // What was looked at stays until the turn is over.
  await new Promise((resolve) => setTimeout(resolve));
  collect();
  const isKept = numbers.deref() !== undefined;
  // Its user is still there.
  expect(held.user).toBeDefined();
  return isKept;
}

describe('numbers that were read', () => {
  it('stay while one network alone uses them, and no longer', async () => {
    const alone = change(6, 1);
    const stack = createStacker([OUT, INPUTS]);
    expect(await areKept(alone, () => stack([alone]))).toBe(true);
    stack([]);
    expect(await areKept(change(7, 1), () => ({}))).toBe(false);
  });

  it('go where a stack of several has its own', async () => {
    const [one, two] = [change(8, 1), change(9, 1)];
    const stack = createStacker([OUT, INPUTS]);
    expect(await areKept(one, () => stack([one, two]))).toBe(false);
  });

  it('are read again when they are wanted', async () => {
    const one = change(10, 1);
    await areKept(one, () => ({}));
    const stacked = createStacker([OUT, INPUTS])([one]);
    expect(dataOf(stacked.down)).toEqual(downOf(10));
    expect(dataOf(stacked.up)).toEqual(turned(upOf(10)));
  });
});
