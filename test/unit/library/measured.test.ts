import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createMeasuredStore } from '../../../server/src/library/measured';
import type { LoraFacts, LoraFileFacts, ModelFacts } from '../../../server/src/shared/facts';
import type { Measurement } from '../../../server/src/shared/measurement';

const folder = mkdtempSync(path.join(tmpdir(), 'sdprompt-measured-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const silent = () => undefined;

const fileOf = (name: string) => {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, name);
  return file;
};
/** The facts of a file as the library has them. */
const factsOf = (file: string) => {
  const { size, mtimeMs } = statSync(file);
  return { file: { path: file, size, modified: Math.round(mtimeMs) } } as LoraFacts;
};

const changedFile = (facts: LoraFacts, change: Partial<LoraFileFacts>) => ({
  ...facts,
  file: { ...facts.file, ...change },
});

const [hat, mira, other] = ['hat', 'mira', 'other'].map((name) => fileOf(`${name}.safetensors`)) as [
  string,
  string,
  string,
];
const weights = fileOf('model/unet/model.onnx');
const model = { name: 'm', path: path.join(folder, 'model') } as ModelFacts;
const measurement: Measurement = {
  loras: ['hat', 'mira'].map((name, index) => ({
    ...{ name, applied: 1, total: 1, reasons: [], ratio: 0.2 },
    blocks: [{ block: 'mid_block', ratio: 0.2, touched: 1, modules: 2, change: 2 + index, base: 10 }],
  })),
  pairs: [
    {
      ...{ first: 0, second: 1, cosine: 0.5, common: 1 },
      overlaps: [{ block: 'mid_block', dot: 3 }],
    },
  ],
};

describe('what was measured', () => {
  it('is there in the next run, in either order, for these files alone', async () => {
    const cache = path.join(folder, 'cache');
    expect(await createMeasuredStore(cache, silent).lookup([model])).toBeUndefined();
    const store = createMeasuredStore(cache, silent);
    await store.add(model.path!, [hat, mira], measurement);
    for (const known of [
      await store.lookup([model]),
      await createMeasuredStore(cache, silent).lookup([model]),
    ]) {
      expect(known?.change(factsOf(mira), model)).toEqual([
        { block: 'mid_block', touched: 1, modules: 2, change: 3, base: 10 },
      ]);
      expect(known?.overlap(factsOf(hat), factsOf(mira), model)).toEqual([{ block: 'mid_block', dot: 3 }]);
      expect(known?.overlap(factsOf(mira), factsOf(hat), model)).toEqual([{ block: 'mid_block', dot: 3 }]);
      expect(known?.change(factsOf(other), model)).toBeUndefined();
      expect(known?.overlap(factsOf(hat), factsOf(other), model)).toBeUndefined();
      expect(known?.change(factsOf(hat), { ...model })).toBeUndefined();
    }
  });

  it('is forgotten when a LoRA or the model changes', async () => {
    const store = createMeasuredStore(path.join(folder, 'cache'), silent);
    const known = await store.lookup([model]);
    expect(known?.change(changedFile(factsOf(hat), { modified: 1 }), model)).toBeUndefined();
    expect(known?.change(changedFile(factsOf(hat), { size: 1 }), model)).toBeUndefined();
    utimesSync(weights, 1, 1);
    expect((await store.lookup([model]))?.change(factsOf(hat), model)).toBeUndefined();
  });

  it('is found by paths, where all of it is known', async () => {
    const store = createMeasuredStore(undefined, silent);
    const files = [hat, mira, other];
    await store.add(model.path!, [hat, mira], measurement);
    const blocks = [{ block: 'mid_block', touched: 1, modules: 2, base: 10 }];
    const expected = {
      loras: [2, 3].map((change) => ({ blocks: [{ ...blocks[0], change }] })),
      pairs: [{ first: 0, second: 1, overlaps: [{ block: 'mid_block', dot: 3 }] }],
    };
    expect(await store.find(model.path!, [hat, mira])).toEqual(expected);
    expect(await store.find(model.path!, [mira, hat])).toMatchObject({
      loras: [...expected.loras].reverse(),
      pairs: expected.pairs,
    });
    expect(await store.find(model.path!, files)).toBeUndefined();
    expect(await store.find(path.join(folder, 'nowhere'), [hat])).toBeUndefined();
    expect(await store.find(model.path!, [path.join(folder, 'gone')])).toBeUndefined();
    // Each alone and two pairs: how the third pair meets is not known.
    await store.add(model.path!, [hat, other], measurement);
    expect(await store.find(model.path!, files)).toBeUndefined();
    await store.add(model.path!, [other, mira], measurement);
    expect((await store.find(model.path!, files))?.pairs).toHaveLength(3);
  });

  it('lasts as long as the process where there is no cache', async () => {
    const store = createMeasuredStore(undefined, silent);
    await store.add(model.path!, [hat, mira], measurement);
    expect((await store.lookup([model]))?.change(factsOf(hat), model)).toHaveLength(1);
  });

  it('knows that two share nothing', async () => {
    const store = createMeasuredStore(path.join(folder, 'nothing'), silent);
    await store.add(model.path!, [hat, mira], { ...measurement, pairs: [] });
    expect((await store.lookup([model]))?.overlap(factsOf(hat), factsOf(mira), model)).toEqual([]);
  });

  it('is nothing where the file is damaged, foreign or of another version', async () => {
    for (const [index, text] of [
      '{',
      '{"version":9,"changes":[["a",[]]]}',
      '{"version":1,"changes":[["a",[{"block":"b","change":1,"base":1,"touched":1,"modules":1}]]]}',
      '{"version":2,"changes":[["a",[{"block":"b","change":1,"base":1}]],7,["c"]],"overlaps":{}}',
    ].entries()) {
      fileOf(`bad${index}/x`);
      writeFileSync(path.join(folder, `bad${index}`, 'measured.json'), text);
      const store = createMeasuredStore(path.join(folder, `bad${index}`), silent);
      expect(await store.lookup([model])).toBeUndefined();
    }
  });
});
