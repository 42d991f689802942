import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { findTokenLookup } from '../../server/src/engine/graph/embeddingInput';
import { openModelFile } from '../../server/src/engine/graph/modelFile';
import { openTextEncoder } from '../../server/src/engine/model/textEncoder';
import { createRuntime } from '../../server/src/engine/runtime/session';
import type { PlanEmbedding } from '../../server/src/shared/plan';
import { numbers, safetensors, temporaryFolder, type WrittenTensor, write } from '../unit/engine/support';
import { DEMO, OPTIONS, planFor, QUIET, renderer } from './support';

const folder = temporaryFolder();
const { engine, render } = renderer(folder);
afterAll(() => engine.unload());

const WIDTH = 64;
const encoder = openModelFile(path.join(DEMO, 'text_encoder', 'model.onnx'));
if (!encoder.ok) throw new Error(encoder.problem.message);
const { model } = encoder.value;
const stored = model.initializers.get('text_model.embeddings.token_embedding.weight_h')!;
const table = encoder.value.values(stored);
encoder.value.close();
const rowOf = (token: number) => [...table.subarray(token * WIDTH, (token + 1) * WIDTH)];

/** Ids of words that are one token in the built-in vocabulary. */
const vocabulary = (await import('../../media/demo-model/tokenizer/vocab.json', { with: { type: 'json' } }))
  .default as Record<string, number>;
const idOf = (word: string) => vocabulary[`${word}</w>`]!;

let written = 0;
function embedding(name: string, tensors: Record<string, WrittenTensor>): PlanEmbedding {
  return { name, path: write(folder, `${name}-${written++}.safetensors`, safetensors(tensors)) };
}

async function sha(positive: string, embeddings: readonly PlanEmbedding[] = [], negative = '') {
  return (await render({ positive, negative, embeddings })).latentsSha256;
}

describe('a textual inversion', () => {
  it('equal to the row of a word gives the picture of that word, whatever the file calls its tensor', async () => {
    const expected = await sha('a red house, snow');
    const row = rowOf(idOf('house'));
    const files: readonly Parameters<typeof embedding>[1][] = [
      { emb_params: { shape: [1, WIDTH], data: row } },
      { '<my-house>': { shape: [WIDTH], data: row } },
      { '<my-house>': { shape: [1, WIDTH], data: row, dtype: 'F64' as const } },
    ];
    for (const tensors of files)
      expect(await sha('a red zzqx, snow', [embedding('zzqx', tensors)])).toBe(expected);
    expect(await sha('a red zzqx, snow')).not.toBe(expected);
  });

  it('of several rows is several words, in the negative prompt too', async () => {
    const rows = [...rowOf(idOf('red')), ...rowOf(idOf('house'))];
    const style = embedding('my style', { emb_params: { shape: [2, WIDTH], data: rows } });
    expect(await sha('a My Style, snow', [style])).toBe(await sha('a red house, snow'));
    expect(await sha('a car', [style], 'my style')).toBe(await sha('a car', [], 'red house'));
  });

  it('bundled with a network is taken out of its file, alone or for its name among others', async () => {
    const expected = await sha('a red house, snow');
    const row = rowOf(idOf('house'));
    const other = { shape: [1, WIDTH], data: numbers(WIDTH, 9) };
    const down = { shape: [1, 4], data: [0, 0, 0, 0] };
    const files: readonly Record<string, WrittenTensor>[] = [
      { 'bundle_emb.zzqx.emb_params': { shape: [1, WIDTH], data: row } },
      { 'bundle_emb.zzqx.string_to_param.*': { shape: [1, WIDTH], data: row } },
      {
        'bundle_emb.other.emb_params': other,
        'lora_unet_conv_in.lora_down.weight': down,
        'bundle_emb.zzqx.emb_params': { shape: [1, WIDTH], data: row, dtype: 'F64' },
      },
    ];
    for (const tensors of files) {
      const bundle = { ...embedding('zzqx', tensors), bundled: true } as const;
      expect(await sha('a red zzqx, snow', [bundle])).toBe(expected);
    }
    const [, , last] = files;
    const missing = { ...embedding('gone', last!), bundled: true } as const;
    const target = path.join(folder, 'never.png');
    expect(await engine.generate(planFor({ embeddings: [missing] }), OPTIONS, target, QUIET)).toMatchObject({
      type: 'failed',
      problem: { code: 'embedding-unknown', message: expect.stringContaining('gone') },
    });
  });

  it('comes and goes without a session', async () => {
    const plain = await render({ positive: 'a car' });
    const own = embedding('zzqx', { emb_params: { shape: [3, WIDTH], data: numbers(3 * WIDTH, 1) } });
    const changed = await render({ positive: 'a zzqx car', embeddings: [own] });
    const again = await render({ positive: 'a car', embeddings: [own] });
    expect(changed.latentsSha256).not.toBe(plain.latentsSha256);
    expect(again.latentsSha256).toBe(plain.latentsSha256);
    expect([changed, again].map((result) => result.sessionsCreated)).toEqual([0, 0]);
  });

  it('for another kind of model leaves its name a word, and says so', async () => {
    const wide = { emb_params: { shape: [1, 768], data: numbers(768, 2) } };
    const pair = {
      clip_l: { shape: [1, WIDTH], data: numbers(WIDTH, 3) },
      clip_g: { shape: [1, WIDTH], data: numbers(WIDTH, 4) },
    };
    expect(await sha('a zzqx', [embedding('zzqx', wide)])).toBe(await sha('a zzqx'));
    expect(await sha('a zzqx', [embedding('zzqx', pair)])).toBe(await sha('a zzqx'));
  });
});

describe('refusals', () => {
  it.each([
    ['embedding-missing', () => ({ name: 'a', path: path.join(folder, 'none.safetensors') })],
    ['embedding-unread', () => ({ name: 'a', path: write(folder, 'a.pt', 'PK') })],
    [
      'embedding-unknown',
      () => embedding('a', { x: { shape: [1], data: [1] }, y: { shape: [1], data: [1] } }),
    ],
    ['embedding-unknown', () => embedding('a', { x: { shape: [1, 1, 2], data: [1, 2] } })],
    ['embedding-unknown', () => embedding('a', { emb_params: { shape: [2], data: [1, Number.NaN] } })],
    ['safetensors-header-too-small', () => ({ name: 'a', path: write(folder, 'b.safetensors', 'no') })],
  ])('%s', async (code, make) => {
    const outcome = await engine.generate(
      planFor({ embeddings: [make()] }),
      OPTIONS,
      path.join(folder, 'never.png'),
      QUIET,
    );
    expect(outcome).toMatchObject({ type: 'failed', problem: { code } });
  });
});

it('finds where tokens are looked up, and the type the rows are cast to', () => {
  expect(findTokenLookup(model)).toMatchObject({ width: WIDTH, elementType: 1 });
});

it('leaves a prompt without one what the untouched graph makes of it, bit for bit', async () => {
  const file = path.join(DEMO, 'text_encoder', 'model.onnx');
  const ids = Array.from({ length: 77 }, (_, i) => (i * 31) % 770);
  const plain = await InferenceSession.create(file, {
    graphOptimizationLevel: 'extended',
    intraOpNumThreads: 1,
  });
  const expected = await plain.run({ input_ids: new Tensor('int32', Int32Array.from(ids), [1, 77]) });
  const opened = await openTextEncoder(createRuntime(1), file, {}, 'merged');
  if (!opened.ok) throw new Error(opened.problem.message);
  const encoded = await opened.value.encode(ids, 1);
  if (!encoded.ok) throw new Error(encoded.problem.message);
  expect(encoded.value.hidden).toEqual(expected.last_hidden_state!.data);
  await opened.value.component.release();
  await plain.release();
});
