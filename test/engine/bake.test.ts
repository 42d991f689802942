import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { openModelFile } from '../../server/src/engine/graph/modelFile';
import { bake } from '../../server/src/engine/jobs/bake/index';
import type { JobHooks } from '../../server/src/engine/jobs/job';
import { decodePng } from '../../server/src/formats/png';
import type { BakePlan } from '../../server/src/shared/bake';
import { distance, numbers, safetensors, temporaryFolder, write } from '../unit/engine/support';
import { DEMO, lora, OPTIONS, QUIET, renderer } from './support';

const folder = temporaryFolder();
const { engine, render } = renderer(folder);
afterAll(() => engine.unload());

let count = 0;
const planFor = (changes: Partial<BakePlan> = {}): BakePlan => ({
  model: { name: 'demo', path: DEMO, architecture: 'demo' },
  loras: [lora('mira', 1), lora('hat', 0.7)],
  output: path.join(folder, `baked-${count++}`),
  precision: 'stored',
  ...changes,
});

async function baked(plan: BakePlan, hooks: JobHooks = QUIET) {
  const outcome = await bake(plan, OPTIONS, () => {}, hooks);
  if (outcome.type !== 'done')
    throw new Error(outcome.type === 'failed' ? outcome.problem.message : outcome.type);
  return outcome.result;
}

function pixels(bytes: Buffer): Uint8Array {
  const decoded = decodePng(bytes, inflateSync);
  if (!decoded.ok) throw new Error(decoded.problem.message);
  return decoded.value.rgb;
}

/** Every file of a folder by its path, with its bytes. */
function tree(root: string, below = ''): Record<string, Buffer> {
  return Object.fromEntries(
    readdirSync(path.join(root, below), { withFileTypes: true }).flatMap((entry) => {
      const name = path.join(below, entry.name);
      return entry.isDirectory()
        ? Object.entries(tree(root, name))
        : [[name, readFileSync(path.join(root, name))]];
    }),
  );
}

function digests(root: string): Record<string, string> {
  const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  return Object.fromEntries(Object.entries(tree(root)).map(([name, bytes]) => [name, hash(bytes)]));
}

const POSITIVE = 'mira, a girl in a meadow wearing a top hat';

describe('a model with LoRAs merged into it', () => {
  it('paints what the merge on the fly paints, and keeps every other byte', async () => {
    const plan = planFor();
    const result = await baked(plan);
    expect(result.merged.map(({ applied, total }) => [applied, total])).toEqual([
      [84, 84],
      [84, 84],
    ]);
    const onTheFly = await render({ positive: POSITIVE, loras: plan.loras });
    const plain = await render({ positive: POSITIVE });
    const own = await render({ positive: POSITIVE, modelPath: plan.output });
    expect(distance(pixels(plain.bytes), pixels(onTheFly.bytes))).toBeGreaterThan(60);
    expect(distance(pixels(own.bytes), pixels(onTheFly.bytes))).toBeLessThanOrEqual(2);

    const [before, after] = [tree(DEMO), tree(plan.output)];
    const record = JSON.parse(String(after['sdprompt-merge.json']));
    expect(record.loras.map(({ name, unet }: { name: string; unet: number }) => [name, unet])).toEqual([
      ['mira', 1],
      ['hat', 0.7],
    ]);
    delete after['sdprompt-merge.json'];
    expect(Object.keys(after)).toEqual(Object.keys(before));
    const changed = Object.keys(before).filter((name) => !after[name].equals(before[name]));
    expect(changed).toEqual([path.join('unet', 'model.onnx')]);
  });

  it('holds exactly the weights of the merge on the fly when it is asked to', async () => {
    const plan = planFor({ precision: 'computed' });
    await baked(plan);
    const onTheFly = await render({ positive: POSITIVE, loras: plan.loras });
    const own = await render({ positive: POSITIVE, modelPath: plan.output });
    expect(distance(pixels(own.bytes), pixels(onTheFly.bytes))).toBeLessThanOrEqual(1);
    const file = openModelFile(path.join(plan.output, 'unet', 'model.onnx'));
    if (!file.ok) throw new Error(file.problem.message);
    expect(file.value.slots.filter(({ tensor }) => tensor.data.kind === 'external')).toHaveLength(84);
    file.value.close();
  });
});

/** Says that it is cancelled once so many hundredths are done. */
function cancelledAt(share: number): JobHooks {
  let done = 0;
  return {
    isCancelled: () => done >= share,
    progress({ step }) {
      done = step;
    },
  };
}

describe('a merge that is stopped', () => {
  it.each([3, 40, 60])(
    'at %s hundredths leaves nothing under its name, and the next one continues it',
    async (share) => {
      const whole = planFor();
      await baked(whole);
      const plan = planFor();
      const stopped = await bake(plan, OPTIONS, () => {}, cancelledAt(share));
      expect(stopped.type).toBe('cancelled');
      expect(existsSync(plan.output)).toBe(false);
      const result = await baked(plan);
      expect(result.resumed).toBe(true);
      expect(digests(plan.output)).toEqual(digests(whole.output));
      expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
    },
  );

  it('is not continued with other weights', async () => {
    const plan = planFor();
    await bake(plan, OPTIONS, () => {}, cancelledAt(50));
    const other = { ...plan, loras: [lora('mira', 0.5)] };
    expect((await baked(other)).resumed).toBe(false);
    const fresh = planFor({ loras: other.loras });
    await baked(fresh);
    expect(digests(plan.output)).toEqual(digests(fresh.output));
  });
});

async function problemOf(plan: BakePlan) {
  const outcome = await bake(plan, OPTIONS, () => {}, QUIET);
  return outcome.type === 'failed' ? outcome.problem.code : outcome.type;
}

describe('a merge is refused', () => {
  it('where something is there already', async () => {
    const plan = planFor();
    mkdirSync(plan.output);
    expect(await problemOf(plan)).toBe('already-there');
    const hidden = planFor();
    const partial = path.join(folder, `.${path.basename(hidden.output)}.partial`);
    mkdirSync(partial);
    write(partial, 'mine.txt', 'mine');
    expect(await problemOf(hidden)).toBe('already-there');
    expect(readdirSync(partial)).toEqual(['mine.txt']);
  });

  it('when nothing of a LoRA fits, and when the result would not be finite', async () => {
    const key = 'lora_unet_mid_block_attentions_0_proj_in';
    const made = (name: string, size: number, value: number) => ({
      ...lora('hat', 1),
      path: write(
        folder,
        `${name}.safetensors`,
        safetensors({
          [`${key}.lora_down.weight`]: { shape: [1, size], data: numbers(size, 1).map((x) => x * value) },
          [`${key}.lora_up.weight`]: { shape: [size, 1], data: numbers(size, 2).map((x) => x * value) },
        }),
      ),
    });
    expect(await problemOf(planFor({ loras: [made('small', 3, 1)] }))).toBe('lora-does-not-fit');
    const huge = planFor({ loras: [made('huge', widthOf('mid_block.attentions.0.proj_in'), 3000)] });
    expect(await problemOf(huge)).toBe('lora-not-finite');
    expect(readdirSync(folder).filter((name) => name.includes(path.basename(huge.output)))).toEqual([]);
  });

  it('when the output is of another form than the model', async () => {
    const output = path.join(folder, 'model.safetensors');
    expect(await problemOf(planFor({ output }))).toBe('merge-destination');
  });
});

function widthOf(module: string): number {
  const file = openModelFile(path.join(DEMO, 'unet', 'model.onnx'));
  if (!file.ok) throw new Error(file.problem.message);
  const slot = file.value.slots.find((one) => one.path === module && one.part === 'weight');
  file.value.close();
  return slot?.shape[0] ?? 0;
}
