import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { createEngine } from '../../server/src/engine/engine';
import { readPictureText } from '../../server/src/formats/pictureText';
import { readPngText } from '../../server/src/formats/png/index';
import { EMPTY_ENVIRONMENT, type Environment } from '../../server/src/language/environment';
import { buildPlan } from '../../server/src/language/plan/buildPlan';
import { parse } from '../../server/src/language/syntax/parse';
import type { LoraFacts, ModelFacts } from '../../server/src/shared/facts';
import { numbers, safetensors, temporaryFolder, write } from '../unit/engine/support';
import { DEMO, OPTIONS, QUIET } from './support';

const folder = temporaryFolder();
const engine = createEngine(() => {});
afterAll(() => engine.unload());

const model: ModelFacts = {
  name: 'demo',
  path: DEMO,
  format: 'onnx',
  architecture: 'demo',
  source: 'test',
  nativeSize: 96,
};

const facts = (name: string): LoraFacts => ({
  file: {
    name,
    path: path.join(DEMO, 'loras', `${name}.safetensors`),
    relativePath: `${name}.safetensors`,
    source: 'file',
    triggerWords: [],
    hashes: { shortHash: '0123456789ab' },
  },
  network: {
    status: 'ok',
    kind: 'lora',
    candidates: ['demo'],
    architecture: 'demo',
    reason: 'test',
    modules: {},
  },
});

const rows = safetensors({ emb_params: { shape: [2, 64], data: numbers(128, 9) } });
const environment: Environment = {
  ...EMPTY_ENVIRONMENT,
  models: [model],
  loras: {
    known: 'files',
    all: [],
    resolve(name) {
      const found = facts(name);
      return existsSync(found.file.path ?? '') ? { chosen: found, candidates: [found] } : { candidates: [] };
    },
  },
  embeddings: [
    { name: 'bad-art', path: write(folder, 'bad-art.safetensors', rows), shortHash: 'ba9876543210' },
  ],
};

let count = 0;
async function render(text: string, drawnSeed: number) {
  const built = buildPlan(parse(text), 0, environment, { drawnSeed });
  if (!built.ok) throw new Error(built.problem.message);
  const output = path.join(folder, `${count++}.png`);
  const outcome = await engine.generate(built.value.plan, OPTIONS, output, QUIET);
  if (outcome.type !== 'done') throw new Error(JSON.stringify(outcome));
  const bytes = readFileSync(output);
  const infotext = readPngText(bytes, (data) => inflateSync(data)).parameters!;
  return { bytes, infotext };
}

it.each([
  ['plain, with a drawn seed', 'a red house in a meadow\nModel: demo, Steps: 4'],
  [
    'LoRAs, prompt editing, weights, AND',
    '(a red:1.3) [house:car:0.5] <lora:lineart:0.8>, [snow|night] <lora:mira:0.5:-0.25> AND a meadow :0.4\n' +
      'Negative prompt: (blurry:1.2)\nSteps: 4, Sampler: DPM++ 2M Karras, CFG scale: 6.5, Seed: 7, Size: 64x96, Model: demo',
  ],
  [
    'quotes, Chinese, comments, an embedding',
    'a "red" house, 一座房子，雪 # by the sea\nNegative prompt: bad-art, "night"\n' +
      'Steps: 3, Sampler: Euler a, Seed: 3, Model: demo, ENSD: 31337, Clip skip: 2, RNG: GPU, Emphasis: No norm',
  ],
])('a picture made from its own infotext has the same bytes: %s', async (_, text) => {
  const first = await render(text, 11);
  const second = await render(first.infotext, 12);
  expect(second.infotext).toBe(first.infotext);
  expect(second.bytes.equals(first.bytes)).toBe(true);
});

it.each(['jpg', 'webp'])('a %s file holds what makes the same picture again', async (ending) => {
  const built = buildPlan(parse('a red house, 雪\nModel: demo, Steps: 3'), 0, environment, { drawnSeed: 5 });
  if (!built.ok) throw new Error(built.problem.message);
  const file = path.join(folder, `again.${ending}`);
  const outcome = await engine.generate(built.value.plan, OPTIONS, file, QUIET);
  if (outcome.type !== 'done') throw new Error(JSON.stringify(outcome));
  const { parameters } = readPictureText(readFileSync(file), (data) => inflateSync(data));
  expect(parameters).toBe(built.value.plan.infotext);
  const again = buildPlan(parse(parameters!), 0, environment, { drawnSeed: 6 });
  if (!again.ok) throw new Error(again.problem.message);
  const second = await engine.generate(again.value.plan, OPTIONS, path.join(folder, 'b.png'), QUIET);
  expect(second).toMatchObject({ type: 'done', result: { latentsSha256: outcome.result.latentsSha256 } });
});

it('names the networks it used with their hashes', async () => {
  const { infotext } = await render('a cat, bad-art <lora:hat:1>\nModel: demo, Steps: 1, Seed: 1', 1);
  expect(infotext).toContain('Lora hashes: "hat: 0123456789ab", TI hashes: "bad-art: ba9876543210"');
});
