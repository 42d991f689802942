import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY, imageOf, type PreviewEvent, reduce } from '../../../client/src/preview/state';
import type { PreviewImage, PreviewState } from '../../../server/src/shared/previewMessages';

const image = (seed: number): PreviewImage => ({
  src: `/pictures/${seed}.png`,
  width: 96,
  height: 96,
  seed,
  seconds: 0.5,
  merged: [],
  strategy: '',
  infotext: 'a house',
});
const problem = { code: 'engine-crashed', message: 'It stopped.', remedy: 'Try again.' };
const started: PreviewEvent = { type: 'started', fileName: 'a.sdprompt', title: 'a hou' };
const planned: PreviewEvent = { type: 'planned', title: 'a house', modelName: 'demo', warnings: [] };
const progress: PreviewEvent = {
  type: 'progress',
  progress: { label: 'Step 1 of 2', fraction: 0.4, picture: 'data:x' },
};
const done = (seed: number): PreviewEvent => ({ type: 'done', image: image(seed) });
const failed: PreviewEvent = { type: 'failed', problem, actions: [{ id: 'retry', label: 'Try again' }] };

const follow = (...events: PreviewEvent[]): PreviewState => events.reduce(reduce, EMPTY);

describe('a run', () => {
  it('goes from empty to a picture', () => {
    expect(follow(started)).toMatchObject({ phase: 'running', fileName: 'a.sdprompt' });
    expect(follow(started, planned, progress)).toMatchObject({
      phase: 'running',
      title: 'a house',
      modelName: 'demo',
      progress: { label: 'Step 1 of 2' },
    });
    const state = follow(started, planned, progress, done(1));
    expect(state).toMatchObject({ phase: 'done', image: { seed: 1 }, title: 'a house' });
    expect(state).not.toHaveProperty('progress');
  });

  it('keeps the step picture through steps that bring none', () => {
    const state = follow(started, progress, { type: 'progress', progress: { label: 'Step 2 of 2' } });
    expect(state.progress).toEqual({ label: 'Step 2 of 2', picture: 'data:x' });
  });

  it('keeps the last picture while the next one runs, when it is cancelled and when it fails', () => {
    const first = [started, planned, done(1)];
    for (const end of [[], [{ type: 'cancelled' } as const], [failed]]) {
      expect(follow(...first, started, progress, ...end).image?.seed).toBe(1);
    }
    expect(follow(...first, started, done(2)).image?.seed).toBe(2);
  });

  it('forgets a failure when the next run starts', () => {
    expect(follow(started, failed)).toMatchObject({
      phase: 'failed',
      problem: { actions: [{ id: 'retry' }] },
    });
    expect(follow(started, failed, started)).not.toHaveProperty('problem');
  });

  it('can fail before it starts', () => {
    expect(follow(failed).phase).toBe('failed');
  });

  it('takes no news of a run that is over', () => {
    const finished = follow(started, done(1));
    for (const late of [progress, planned, done(2), { type: 'cancelled' } as const]) {
      expect(reduce(finished, late)).toBe(finished);
    }
  });
});

describe('the outdated mark', () => {
  it('comes with an edit, goes with an undo, and goes with a new picture', () => {
    const edited: PreviewEvent = { type: 'compared', outdated: 'The prompt has changed since' };
    const shown = follow(started, done(1), edited);
    expect(shown.outdated).toBe('The prompt has changed since');
    expect(reduce(shown, { type: 'compared', outdated: 'Settings have changed since' }).outdated).toBe(
      'Settings have changed since',
    );
    expect(reduce(shown, { type: 'compared' })).not.toHaveProperty('outdated');
    expect(follow(started, done(1), edited, started, done(2)).outdated).toBeUndefined();
  });

  it('needs a picture, and changes nothing when nothing changed', () => {
    expect(follow({ type: 'compared', outdated: 'x' })).toBe(EMPTY);
    const state = follow(started, done(1));
    expect(reduce(state, { type: 'compared' })).toBe(state);
  });
});

describe('what LoRAs change', () => {
  const changes = { loras: [{ name: 'hat', ratio: 0.2, blocks: [] }], twins: [] };
  const measured = (seed: number): PreviewEvent => ({
    type: 'measured',
    picture: `/pictures/${seed}.png`,
    changes,
  });

  it('belongs to the picture it was measured for', () => {
    expect(follow(started, done(1), measured(1)).image?.changes).toEqual(changes);
    expect(follow(started, done(1), measured(1), started, done(2)).image).not.toHaveProperty('changes');
    const second = follow(started, done(1), started, done(2));
    expect(reduce(second, measured(1))).toBe(second);
  });

  it('may come while the next picture is being made', () => {
    const state = follow(started, done(1), started, measured(1));
    expect(state).toMatchObject({ phase: 'running', image: { seed: 1, changes } });
  });
});

it('never loses a finished picture, whatever happens in whatever order', () => {
  const event = fc.oneof(
    fc.constantFrom<PreviewEvent>(started, planned, progress, failed, { type: 'cancelled' }),
    fc.constantFrom<PreviewEvent>({ type: 'compared' }, { type: 'compared', outdated: 'x' }),
    fc.integer().map(done),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      let state = EMPTY;
      for (const next of events) {
        const before = state;
        state = reduce(state, next);
        if (before.image) expect(state.image).toBeDefined();
        expect(state.progress !== undefined).toBe(state.phase === 'running');
        expect(state.problem !== undefined).toBe(state.phase === 'failed');
        if (state.phase === 'done') expect(state.image).toBeDefined();
      }
    }),
    { seed: 20250131, numRuns: 500 },
  );
});

it('makes the caption out of the engine’s report', () => {
  const result = {
    path: '/pictures/1.png',
    infotext: 'a house',
    seed: 7,
    width: 512,
    height: 768,
    merged: [],
    strategy: { name: 'merged' as const, why: 'the weights change' },
    timings: { sample: 900, total: 1234 },
    sessionsCreated: 3,
    latentsSha256: '00',
  };
  expect(imageOf(result)).toMatchObject({ src: '/pictures/1.png', seconds: 1.234, seed: 7, width: 512 });
  expect(imageOf(result).strategy).toBe('LoRAs were merged into the weights: the weights change.');
  expect(imageOf({ ...result, strategy: { name: 'none', why: 'no LoRA' } }).strategy).toBe('');
});
