import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type ModelFile, openModelFile } from '../../server/src/engine/graph/modelFile';
import { type AppliedLora, assign, indexSlots } from '../../server/src/engine/lora/assign';
import { openLoraFile } from '../../server/src/engine/lora/loraFile';
import { createRuntime, type InferenceSession, Tensor } from '../../server/src/engine/runtime/session';
import type { StrategyName, WeightBinding } from '../../server/src/engine/weights/binding';
import { initialSlots } from '../../server/src/engine/weights/choose';
import { openBinding } from '../../server/src/engine/weights/strategies';
import type { WeightSlot } from '../../server/src/formats/onnx/index';

/**
 * `npm run bench -- merge [--model FOLDER] [--size PIXELS] [--smoke]`: what LoRAs cost, as ratios of things measured in
 * turns (A B A B) in this process, so that they travel between machines. Without a model: the built-in one.
 */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { model: { type: 'string' }, size: { type: 'string' }, smoke: { type: 'boolean' } },
    strict: false,
  });
  const folder = path.resolve(typeof values.model === 'string' ? values.model : 'media/demo-model');
  const isSmoke = values.smoke === true;
  const size = Number(values.size ?? 96);
  const rounds = isSmoke ? 2 : 8;
  const cases = isSmoke ? [[8, 1]] : [8, 32, 128].flatMap((rank) => [1, 3, 5].map((count) => [rank, count]));

  const opened = openModelFile(path.join(folder, 'unet', 'model.onnx'));
  if (!opened.ok) {
    console.error(opened.problem.message);
    return 2;
  }
  const file = opened.value;
  const runtime = createRuntime(0);
  const scratch = mkdtempSync(path.join(tmpdir(), 'sdprompt-bench-'));
  try {
    const constant = await runtime.open(file.path, file.folder, 'speed');
    if (!constant.ok) throw new Error(constant.problem.message);
    const step = stepOf(constant.value, size / 8);
    const open = initialSlots(file.slots);
    const bindings = new Map<StrategyName, WeightBinding>();
    for (const strategy of ['inputs', 'branches'] as const) {
      const binding = await openBinding(strategy, { runtime, file, open, outputs: [] });
      if (!binding.ok) throw new Error(binding.problem.message);
      bindings.set(strategy, binding.value);
    }
    const rebuild = async () => {
      const fresh = await runtime.open(file.path, file.folder, 'speed');
      if (fresh.ok) await fresh.value.release();
    };
    const bytes = [...open].reduce((sum, i) => sum + 4 * file.slots[i].dims.reduce((a, b) => a * b, 1), 0);
    const [from, to] = [new Uint8Array(bytes), new Uint8Array(bytes)];
    console.log(
      `${open.size} matrices, ${(bytes / 2 ** 20).toFixed(1)} MiB merged, ${size}×${size}, batch 2`,
    );
    console.log('rank LoRAs strategy  edit/step  edit/copy  edit/rebuild  step/constant');
    for (const [rank, count] of cases) {
      const loras = syntheticLoras(scratch, file, open, rank, count);
      const index = indexSlots(file.slots);
      for (const [strategy, binding] of bindings) {
        let weight = 0.5;
        const edit = () => {
          weight = weight === 0.5 ? 0.6 : 0.5;
          const changed = loras.map((lora) => ({ ...lora, unet: weight }));
          return binding.bind(assign(changed, { unet: index }).changes.unet);
        };
        await edit();
        await edit();
        const plain = () => step(constant.value, {});
        const [editMs, copyMs, rebuildMs, stepMs, constantMs] = await inTurns(rounds, [
          edit,
          async () => to.set(from),
          rebuild,
          () => step(binding.session, binding.feeds),
          plain,
        ]);
        const ratio = (a: number, b: number) => (a / b).toFixed(3).padStart(9);
        console.log(
          `${String(rank).padStart(4)} ${String(count).padStart(5)} ${strategy.padEnd(9)}`,
          `${ratio(editMs, constantMs)} ${ratio(editMs, copyMs)} ${ratio(editMs, rebuildMs)}    ${ratio(stepMs, constantMs)}`,
        );
        await binding.bind(new Map());
      }
      for (const lora of loras) lora.file.close();
    }
    for (const binding of bindings.values()) await binding.release();
    await constant.value.release();
    return 0;
  } finally {
    file.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Median milliseconds of each piece of work, run in turns after one warm-up. */
async function inTurns(rounds: number, works: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const times: number[][] = works.map(() => []);
  for (let round = 0; round <= rounds; round++)
    for (const [index, work] of works.entries()) {
      const start = performance.now();
      await work();
      if (round > 0) times[index].push(performance.now() - start);
    }
  return times.map((list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]);
}

/** One UNet run with guidance on inputs of the shapes the session declares. */
function stepOf(session: InferenceSession, side: number) {
  const width = session.inputMetadata.find((port) => port.name === 'encoder_hidden_states');
  const hidden = width?.isTensor && typeof width.shape[2] === 'number' ? width.shape[2] : 768;
  const wave = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i));
  const time = session.inputMetadata.find((port) => port.name === 'timestep');
  const timestep =
    time?.isTensor && time.type === 'int64'
      ? new Tensor('int64', BigInt64Array.of(500n), time.shape.length === 0 ? [] : [1])
      : new Tensor('float32', Float32Array.of(500), time?.isTensor && time.shape.length === 0 ? [] : [1]);
  const feeds = {
    sample: new Tensor('float32', wave(2 * 4 * side * side), [2, 4, side, side]),
    timestep,
    encoder_hidden_states: new Tensor('float32', wave(2 * 77 * hidden), [2, 77, hidden]),
  };
  return (target: InferenceSession, extra: Readonly<Record<string, Tensor>>) =>
    target.run({ ...feeds, ...extra });
}

/** LoRA files on every open matrix, of small seeded numbers. */
function syntheticLoras(
  folder: string,
  file: ModelFile,
  open: ReadonlySet<number>,
  rank: number,
  count: number,
): AppliedLora[] {
  return Array.from({ length: count }, (_, number) => {
    const target = path.join(folder, `r${rank}-${number}.safetensors`);
    const slots = [...open].map((index) => file.slots[index]);
    writeFileSync(target, loraBytes(slots, rank, number));
    const opened = openLoraFile(target, target);
    if (!opened.ok) throw new Error(opened.problem.message);
    return { name: `r${rank}-${number}`, file: opened.value, te: 0, unet: 0.5 };
  });
}

function loraBytes(slots: readonly WeightSlot[], rank: number, seed: number): Uint8Array {
  const header: Record<string, unknown> = {};
  const parts: Uint8Array[] = [];
  let at = 0;
  let state = seed + 1;
  const add = (name: string, shape: number[]) => {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state / 2 ** 32 - 0.5) * 0.01;
    });
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + data.byteLength] };
    parts.push(new Uint8Array(data.buffer));
    at += data.byteLength;
  };
  for (const { path: module, shape } of slots) {
    const [out, ...inner] = shape;
    const key = `lora_unet_${module.replaceAll('.', '_')}`;
    add(`${key}.lora_down.weight`, [rank, ...inner]);
    add(`${key}.lora_up.weight`, [out, rank, ...inner.slice(1).map(() => 1)]);
  }
  const text = Buffer.from(JSON.stringify(header));
  return Buffer.concat([new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer), text, ...parts]);
}
