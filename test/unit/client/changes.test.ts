import { describe, expect, it } from 'vitest';
import { changesOf } from '../../../client/src/generation/changes';
import type { KnownBlock, KnownChanges } from '../../../server/src/shared/measurement';
import type { PlanLora } from '../../../server/src/shared/plan';

const lora = (name: string, unet: number, te = unet): PlanLora => ({ name, path: `/${name}`, te, unet });
const block = (name: string, change: number, base: number): KnownBlock => ({
  ...{ block: name, change, base },
  touched: 3,
  modules: 4,
});
/** Files of the given blocks, the first two of which share so much. */
const known = (all: readonly KnownBlock[][], dots: readonly [string, number][] = []): KnownChanges => ({
  loras: all.map((blocks) => ({ blocks })),
  pairs:
    all.length < 2
      ? []
      : [{ first: 0, second: 1, overlaps: dots.map(([name, dot]) => ({ block: name, dot })) }],
});

describe('what a picture’s LoRAs change', () => {
  it('is by block and in all, each part at its own weight', () => {
    const blocks = [block('text_encoder', 1, 10), block('mid_block', 3, 20)];
    const { loras } = changesOf([lora('a', -2, 0.5)], ['/a'], known([blocks]));
    expect(loras).toEqual([
      {
        name: 'a',
        ratio: expect.closeTo(Math.hypot(0.5, 6) / Math.hypot(10, 20), 12),
        blocks: [
          { block: 'text_encoder', ratio: 0.05, touched: 3, modules: 4 },
          { block: 'mid_block', ratio: expect.closeTo(0.3, 12), touched: 3, modules: 4 },
        ],
      },
    ]);
  });

  it('says nothing of parts at weight 0, nor of files that touch nothing', () => {
    const blocks = [block('text_encoder_2', 1, 10), block('mid_block', 3, 20)];
    const { loras } = changesOf(
      [lora('a', 1, 0), lora('b', 1)],
      ['/a', '/b'],
      known([blocks, []], [['mid_block', 0]]),
    );
    expect(loras.map(({ name, ratio, blocks: own }) => [name, ratio, own.map((one) => one.block)])).toEqual([
      ['a', 0.15, ['mid_block']],
    ]);
  });

  it.each([
    ['the same at another scale', 12, [{ names: ['a', 'b'], isOpposite: false }]],
    ['the opposite', -12, [{ names: ['a', 'b'], isOpposite: true }]],
    ['nearly the same', 12 * 0.9989, []],
    ['not alike', 0, []],
  ])('knows twins: %s', (_, dot, expected) => {
    const files = [[block('mid_block', 3, 20)], [block('mid_block', 4, 20)]];
    const { twins } = changesOf(
      [lora('a', 0.4), lora('b', 1)],
      ['/a', '/b'],
      known(files, [['mid_block', dot]]),
    );
    expect(twins).toEqual(expected);
  });

  it('takes two for the same only where all of both is', () => {
    const files = [[block('mid_block', 3, 20), block('text_encoder', 2, 20)], [block('mid_block', 3, 20)]];
    const { twins } = changesOf([lora('a', 1), lora('b', 1)], ['/a', '/b'], known(files, [['mid_block', 9]]));
    expect(twins).toEqual([]);
  });
});
