import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { EngineOptions } from '../../server/src/shared/engineProtocol';
import { temporaryFolder } from '../unit/engine/support';
import { lora, OPTIONS, planFor, QUIET, renderer } from './support';

const folder = temporaryFolder();
const { engine, render } = renderer(folder);
afterAll(() => engine.unload());

/** Options as a settings file of an earlier version gives them. */
const withName = (name: string) => ({ ...OPTIONS, mergeStrategy: name }) as unknown as EngineOptions;
const changes = { loras: [lora('hat', 1)], parameters: { steps: 1 } };

it('is read by its former name, with a note in the result', async () => {
  const result = await render(changes, QUIET, withName('inputs'));
  expect(result.strategy).toEqual({ name: 'merged', why: 'chosen in the settings' });
  expect(result.notes).toEqual([expect.stringContaining('inputs is now called merged')]);
  const same = await render(changes, QUIET, withName('merged'));
  expect(same.notes).toBeUndefined();
  expect(same.latentsSha256).toBe(result.latentsSha256);
});

it('fails the job where it was removed, before a model is opened', async () => {
  const outcome = await engine.generate(
    planFor({ ...changes, modelPath: '/nowhere' }),
    withName('in-graph'),
    path.join(folder, 'none.png'),
    QUIET,
  );
  expect(outcome).toMatchObject({
    type: 'failed',
    problem: { code: 'merge-strategy', remedy: 'Use auto, merged or branches.' },
  });
});
