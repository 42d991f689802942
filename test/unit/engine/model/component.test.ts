import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type AppliedLora, assign } from '../../../../server/src/engine/lora/assign';
import { openLoraFile } from '../../../../server/src/engine/lora/loraFile';
import { openComponent } from '../../../../server/src/engine/model/component';
import { createRuntime, type Runtime } from '../../../../server/src/engine/runtime/session';
import { failure } from '../../../../server/src/shared/problem';
import { fixturePath } from '../../onnx/support';
import { fixtureInputs } from '../fixtureInputs';
import { numbers, safetensors, temporaryFolder, write } from '../support';

const folder = temporaryFolder();
/** A runtime that counts sessions that optimise a model, and can be told to open no more of them. */
function watched() {
  const inner = createRuntime(1);
  const state = { open: 0, most: 0, isBroken: false };
  const runtime: Runtime = {
    created: 0,
    provider: 'cpu',
    async open(model, where, level) {
      if (level === 'mapped') return inner.open(model, where, level);
      if (state.isBroken) return failure('model-not-loadable', 'No.', 'None.');
      const session = await inner.open(model, where, level);
      if (!session.ok) return session;
      state.most = Math.max(state.most, ++state.open);
      const release = session.value.release.bind(session.value);
      session.value.release = () => {
        state.open--;
        return release();
      };
      return session;
    },
  };
  return { runtime, state };
}

/** No pair of low-rank factors: it cannot run beside a weight. */
const wholeDifference = (): AppliedLora => {
  const key = 'lora_unet_down_blocks_0_transformer_blocks_0_attn1_to_q';
  const tensors = { [`${key}.diff`]: { shape: [6, 4], data: numbers(24, 3) } };
  const file = openLoraFile(write(folder, 'whole.safetensors', safetensors(tensors)), 'whole');
  if (!file.ok) throw new Error(file.problem.message);
  return { name: 'whole', file: file.value, te: 0, unet: 1 };
};
const lora = wholeDifference();
afterAll(() => lora.file.close());

describe('a model that has to be opened in another way', () => {
  async function opened() {
    const { runtime, state } = watched();
    const component = await openComponent(runtime, path.resolve(fixturePath('op17')), 'branches');
    if (!component.ok) throw new Error(component.problem.message);
    const bind = (loras: AppliedLora[]) =>
      component.value.bind(assign(loras, { unet: component.value.index }).changes.unet);
    const run = async () =>
      (await component.value.session.run({ ...fixtureInputs, ...component.value.feeds })).out
        .data as Float32Array;
    return { component: component.value, bind, run, state };
  }

  it('is closed before it is opened again', async () => {
    const { component, bind, run, state } = await opened();
    const plain = await run();
    expect((await bind([lora])).ok).toBe(true);
    expect(component.choice.policy).toBe('merged');
    expect(await run()).not.toEqual(plain);
    expect(state).toMatchObject({ open: 1, most: 1 });
    await component.release();
    expect(state.open).toBe(0);
  });

  it('is opened by the next picture where that failed', async () => {
    const { component, bind, run, state } = await opened();
    const plain = await run();
    state.isBroken = true;
    const failed = await bind([lora]);
    expect(failed.ok ? '' : failed.problem.code).toBe('model-not-loadable');
    expect((await bind([])).ok).toBe(false);
    state.isBroken = false;
    expect((await bind([])).ok).toBe(true);
    expect(component.choice.policy).toBe('branches');
    expect(await run()).toEqual(plain);
    await component.release();
    expect(state).toMatchObject({ open: 0, most: 1 });
  });

  it('can be closed where that failed', async () => {
    const { component, bind, state } = await opened();
    state.isBroken = true;
    await bind([lora]);
    await component.release();
    expect(state.open).toBe(0);
  });
});
