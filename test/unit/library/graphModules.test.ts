import { copyFileSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGraphReader, readGraph } from '../../../server/src/library/graphModules';

const GRAPH = path.resolve('media/demo-model/text_encoder/model.onnx');
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sdprompt-graphs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const kept = () => path.join(folder, 'graph-modules.json');
const reader = () => createGraphReader(folder, (message) => expect.fail(message));

describe('the modules of graphs', () => {
  it('are remembered between runs', async () => {
    const fresh = await readGraph(GRAPH);
    expect(await reader()(GRAPH)).toEqual(fresh);
    const marked = readFileSync(kept(), 'utf8').replace(/\[\d+,/, '[7777,');
    writeFileSync(kept(), marked);
    expect(JSON.stringify(await reader()(GRAPH))).toContain('[7777,');
  });

  it('are read anew when the file changed', async () => {
    const copy = path.join(folder, 'model.onnx');
    copyFileSync(GRAPH, copy);
    await reader()(copy);
    writeFileSync(kept(), readFileSync(kept(), 'utf8').replace(/\[\d+,/, '[7777,'));
    utimesSync(copy, new Date(), new Date(Date.now() + 5000));
    expect(await reader()(copy)).toEqual(await readGraph(GRAPH));
  });

  it.each(['', 'null', '{"version":1,"graphs":{"x":{"y":"z"}}}', '{"version":0}'])(
    'are read when what was kept is %s',
    async (text) => {
      writeFileSync(kept(), text);
      expect(await reader()(GRAPH)).toEqual(await readGraph(GRAPH));
    },
  );

  it('of a file that is none are a problem, and nothing is kept', async () => {
    const other = path.join(folder, 'other.onnx');
    writeFileSync(other, 'no graph');
    expect((await reader()(other)).ok).toBe(false);
    expect((await reader()(path.join(folder, 'missing.onnx'))).ok).toBe(false);
  });
});
