import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../server/src/engine/engine';
import { fastDecoderKey, openFastDecoder } from '../../server/src/engine/jobs/generate/fastDecoder';
import type { JobProgress } from '../../server/src/engine/jobs/job';
import { weighModel } from '../../server/src/engine/model/memory';
import {
  assemble,
  ELEMENT,
  editGraph,
  encode,
  memorySource,
  readModel,
} from '../../server/src/formats/onnx/index';
import { bytesField, concatBytes } from '../../server/src/formats/onnx/wire';
import type { EngineOptions } from '../../server/src/shared/engineProtocol';
import { distance, numbers, temporaryFolder } from '../unit/engine/support';
import { DEMO, OPTIONS, planFor } from './support';

const folder = temporaryFolder();
/** The built-in decoder reads unscaled latents and gives −1 … 1: as a graph it is a small decoder of diffusers' kind. */
const symmetric = path.join(folder, 'symmetric', 'model.onnx');
mkdirSync(path.dirname(symmetric));
copyFileSync(path.join(DEMO, 'vae_decoder', 'model.onnx'), symmetric);
/** The same with its picture squared: never below 0, as TAESD's own. */
const positive = path.join(folder, 'decoder.onnx');
{
  const read = readModel(memorySource(readFileSync(symmetric)));
  if (!read.ok) throw new Error(read.problem.message);
  const name = read.value.outputs[0]!.name;
  const last = read.value.nodes.findIndex((node) => node.outputs.includes(name));
  const place = read.value.nodes[last]!.outputs.indexOf(name);
  const edits = {
    rename: new Map([[last, new Map([[place, 'before']])]]),
    insertAfter: new Map([[last, [encode.node('Mul', ['before', 'before'], [name], 'square')]]]),
  };
  writeFileSync(positive, assemble(editGraph(read.value, edits), read.value.source));
}

async function open(file: string, channels = 4) {
  const opened = await openFastDecoder(file, channels, 1);
  if (!opened.ok) return opened.problem;
  const latents = Float32Array.from(numbers(4 * 2 * 3, 1));
  const picture = await opened.value.decode(latents, [4, 2, 3]);
  await opened.value.release();
  return picture;
}

describe('a small decoder', () => {
  it('gives −1 … 1 whichever range its graph has', async () => {
    const plain = (await open(symmetric)) as Float32Array;
    const squared = (await open(positive)) as Float32Array;
    expect(plain).toHaveLength(3 * 16 * 24);
    expect(
      distance(
        squared,
        plain.map((value) => value * value * 2 - 1),
      ),
    ).toBeLessThan(1e-5);
  });

  it('is found in a folder', async () => {
    expect(await open(path.dirname(symmetric))).toEqual(await open(symmetric));
    expect(fastDecoderKey(folder)).toContain('decoder.onnx');
  });

  it.each([
    ['there is no ONNX file', path.join(folder, 'none'), 4],
    ['not a readable ONNX model', path.join(DEMO, 'tokenizer', 'merges.txt'), 4],
    ['timestep', path.join(DEMO, 'unet', 'model.onnx'), 4],
  ])('that is none is refused: %s', async (words, file, channels) => {
    const problem = (await open(file, channels)) as { code: string; message: string };
    expect(problem.code).toBe('fast-decoder-unusable');
    expect(problem.message).toMatch(new RegExp(words));
  });
});

describe('a decoder that would harm', () => {
  const copy = (name: string, bytes: Uint8Array) => {
    const file = path.join(folder, `${name}.onnx`);
    writeFileSync(file, bytes);
    return file;
  };

  it('is refused for weights outside its folder, wherever it names them', async () => {
    // A function with an attribute whose tensor is in another file.
    const outside = encode.externalTensor('w', ELEMENT.float, [1], '../../secret.bin', 0, 4);
    const functions = bytesField(25, bytesField(11, bytesField(5, outside)));
    const file = copy('outside', concatBytes([readFileSync(symmetric), functions]));
    expect(await open(file)).toMatchObject({
      code: 'fast-decoder-unusable',
      message: expect.stringContaining('../../secret.bin'),
    });
  });

  it('is refused for an output of packed 4-bit numbers, which would end the process', async () => {
    const read = readModel(memorySource(readFileSync(symmetric)));
    if (!read.ok) throw new Error(read.problem.message);
    const { value: model } = read;
    const cast = encode.node('Cast', [model.outputs[0]!.name], ['four'], 'cast', [
      encode.intAttribute('to', ELEMENT.int4),
    ]);
    const edits = {
      insertAfter: new Map([[model.nodes.length - 1, [cast]]]),
      addOutputs: [encode.valueInfo('four', ELEMENT.int4, ['n', 3, 'h', 'w'])],
    };
    const file = copy('packed', assemble(editGraph(model, edits), model.source));
    expect(await open(file)).toMatchObject({ message: expect.stringContaining('packed 4-bit') });
    expect(weighModel([file])).toMatchObject({ problem: { code: 'model-packed-output' } });
  });
});

describe('with a small decoder', () => {
  const logged: string[] = [];
  const engine = createEngine((_, message) => void logged.push(message));
  afterAll(() => engine.unload());
  const run = async (changes: Partial<EngineOptions>) => {
    const pictures: JobProgress['picture'][] = [];
    const options = { ...OPTIONS, previewEvery: 1, ...changes };
    const outcome = await engine.generate(planFor(), options, path.join(folder, 'a.png'), {
      isCancelled: () => false,
      progress: ({ picture }) => void (picture && pictures.push(picture)),
    });
    if (outcome.type !== 'done') throw new Error(JSON.stringify(outcome));
    return { ...outcome.result, pictures, bytes: readFileSync(outcome.result.path) };
  };

  it('steps are shown in full, and the finished picture stays the same', async () => {
    const plain = await run({});
    const shown = await run({ fastDecoder: { path: symmetric, use: 'steps' } });
    expect(plain.pictures.map((one) => one?.width)).toEqual([12, 12, 12, 12, 12]);
    expect(shown.pictures.map((one) => one?.width)).toEqual([96, 96, 96, 96, 96]);
    expect(shown.bytes.equals(plain.bytes)).toBe(true);
    expect(shown).not.toHaveProperty('notes');
  });

  it('the finished picture is drawn by it when that is wished, and says so', async () => {
    const plain = await run({});
    const drawn = await run({ fastDecoder: { path: symmetric, use: 'all' } });
    expect(drawn.latentsSha256).toBe(plain.latentsSha256);
    expect(drawn.bytes.equals(plain.bytes)).toBe(false);
    expect(drawn.notes?.join()).toContain('fast decoder');
  });

  it('a picture is made without one that cannot be used, which is said', async () => {
    const missing = await run({ fastDecoder: { path: path.join(folder, 'none'), use: 'all' } });
    expect(missing.pictures[0]?.width).toBe(12);
    expect(missing.notes?.join()).toContain('is not used: there is no ONNX file');
    expect(logged.join()).toContain('is not used');
  });
});
