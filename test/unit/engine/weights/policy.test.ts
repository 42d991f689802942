import { describe, expect, it } from 'vitest';
import type { SlotChange } from '../../../../server/src/engine/lora/assign';
import { chooseStrategy, initialSlots } from '../../../../server/src/engine/weights/choose';
import type { WeightSlot } from '../../../../server/src/formats/onnx/index';

const nowhere = (): boolean => false;
const GB = 2 ** 30;
const slot = {
  path: 'a.to_q',
  part: 'weight',
  kind: 'linear',
  dims: [16_384, 16_384],
} as unknown as WeightSlot;
const bias = { ...slot, part: 'bias', dims: [8] } as unknown as WeightSlot;
const bytes = (count: number) => (): number => count;
const tiny = { slots: [{ ...slot, dims: [8, 8] }] };
const change = (isLowRank: boolean) => [{ module: { isLowRank } } as unknown as SlotChange];

type Request = Parameters<typeof chooseStrategy>[0];
const choose = (changes: Partial<Request>, isLowRank = true) => {
  const choice = ask(changes, isLowRank);
  if (!choice.ok) throw new Error(choice.problem.message);
  return choice.value;
};
const ask = (changes: Partial<Request>, isLowRank = true) =>
  chooseStrategy({
    wanted: 'auto',
    slots: [slot],
    open: new Set([0]),
    memory: 24 * GB,
    canBranch: () => true,
    adaptiveBytes: bytes(Number.POSITIVE_INFINITY),
    changes: new Map([[0, change(isLowRank)]]),
    ...changes,
  });

describe('the strategy', () => {
  it.each([
    ['changes from weight to weight', { adaptiveBytes: bytes(GB) }, true, 'adaptive'],
    ['and whatever the kind', { adaptiveBytes: bytes(GB) }, false, 'adaptive'],
    ['unless the model is small', { ...tiny, adaptiveBytes: bytes(1) }, true, 'inputs'],
    ['or that takes too much memory', { adaptiveBytes: bytes(7 * GB) }, true, 'inputs'],
    ['runs beside the weights where another device computes', { isAway: true, ...tiny }, true, 'branches'],
    ['but merges there what it must', { isAway: true, adaptiveBytes: bytes(1) }, false, 'inputs'],
    ['is adaptive where that is asked for', { wanted: 'adaptive', ...tiny }, false, 'adaptive'],
    ['merges while there is memory', {}, true, 'inputs'],
    ['runs beside the weights where there is not', { memory: 3 * GB }, true, 'branches'],
    ['and sooner where it is asked to', { share: 1 / 32 }, true, 'branches'],
    ['merges what is no pair of factors all the same', { memory: 3 * GB }, false, 'inputs'],
    ['merges where nothing can run beside', { memory: 3 * GB, canBranch: nowhere }, true, 'inputs'],
    ['is the one asked for', { wanted: 'branches' }, true, 'branches'],
    ['unless the kind cannot', { wanted: 'branches' }, false, 'inputs'],
    ['or the graph cannot', { wanted: 'branches', canBranch: nowhere }, true, 'inputs'],
    ['does not mind biases and norms', { wanted: 'branches', slots: [bias] }, false, 'branches'],
    ['in the graph wherever it is', { wanted: 'in-graph', canBranch: nowhere }, true, 'in-graph'],
  ] as const)('%s', (_, changes, isLowRank, strategy) => {
    const choice = choose(changes, isLowRank);
    expect(choice.strategy).toBe(strategy);
    expect(choice.why).not.toBe('');
  });

  it('leaves quantised weights as they are', () => {
    const short = { ...slot, quantised: [{ input: 'x', node: 0, result: 0 }] };
    const slots = [short, slot];
    const other = new Map([[1, change(true)]]);
    expect(choose({ slots }).why).toContain('quantised');
    for (const isLowRank of [true, false])
      for (const wanted of ['auto', 'branches'] as const)
        expect(choose({ slots, wanted, canBranch: nowhere }, isLowRank).strategy).toBe('branches');
    expect(choose({ slots, changes: new Map() }).strategy).toBe('branches');
    expect(choose({ slots, changes: other }).strategy).toBe('inputs');
    const toBias = new Map([[1, change(false)]]);
    expect(choose({ slots: [short, bias], changes: toBias }).strategy).toBe('branches');
    expect(choose({ slots, wanted: 'inputs', changes: new Map() }).strategy).toBe('inputs');
    for (const wanted of ['inputs', 'in-graph'] as const) {
      const refused = ask({ slots, wanted });
      expect(refused.ok ? '' : refused.problem.code).toBe('quantised-weights');
      expect(ask({ slots, wanted, changes: other }).ok).toBe(true);
    }
  });

  it('says why what was asked for is not done', () => {
    expect(choose({ wanted: 'branches' }, false).why).toContain('branches was asked for');
    expect(choose({ wanted: 'branches', canBranch: nowhere }).why).toContain('fused');
    expect(choose({ memory: 3 * GB }).why).toContain('1.0 GB');
  });
});

describe('the weights opened from the start', () => {
  const of = (path: string, dims: number[], kind = 'linear', part = 'weight', elementType = 1) =>
    ({ path, part, kind, dims, shape: dims, elementType }) as unknown as WeightSlot;
  const wide = [
    of('down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q', [8192, 8192]),
    of('down_blocks.0.attentions.0.transformer_blocks.0.ff.net.0.proj', [8192, 8192]),
    of('down_blocks.0.attentions.0.proj_in', [4096, 4096, 1, 1], 'conv'),
    of('down_blocks.0.resnets.0.conv1', [64, 64, 3, 3], 'conv'),
    of('down_blocks.0.resnets.0.conv_shortcut', [64, 64, 1, 1], 'conv'),
    of('down_blocks.0.resnets.0.time_emb_proj', [64, 64]),
  ];

  it('are those of transformers in a large model, all matrices in a small one', () => {
    expect([...initialSlots(wide)]).toEqual([0, 1, 2]);
    expect([...initialSlots(wide.slice(2))]).toEqual([0, 1, 2, 3]);
  });

  it('are all biases and norms as well, in types that can be fed', () => {
    const vectors = [
      of('down_blocks.0.resnets.0.conv1', [64], 'conv', 'bias'),
      of('conv_norm_out', [64, 1, 1], 'norm', 'weight', 10),
      of('conv_norm_out', [64], 'norm', 'bias', 16),
    ];
    expect([...initialSlots([...wide, ...vectors])]).toEqual([0, 1, 2, 6, 7]);
    // Each would be copied to another device in every step.
    expect([...initialSlots([...wide, ...vectors], true)]).toEqual([0, 1, 2]);
  });
});
