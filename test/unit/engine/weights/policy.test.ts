import { describe, expect, it } from 'vitest';
import type { SlotChange } from '../../../../server/src/engine/lora/assign';
import {
  choosePolicy,
  initialSlots,
  type ModelFacts,
  type Placement,
  placementsOf,
} from '../../../../server/src/engine/weights/policy';
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
const tiny = { slots: [{ ...slot, dims: [8, 8] }] };
const change = (isLowRank: boolean) => [{ module: { isLowRank } } as unknown as SlotChange];
/** Placements of `mixed` that hold the weight merged, or not. */
const held = { mixed: (): Placement[] => [{ kind: 'input' }, { kind: 'input' }] };
const notHeld = { mixed: (): Placement[] => [{ kind: 'constant' }, { kind: 'constant' }] };

type Request = Partial<Omit<Parameters<typeof choosePolicy>[0], 'facts'>> & Partial<ModelFacts>;
const choose = (changes: Request, isLowRank = true) => {
  const choice = ask(changes, isLowRank);
  if (!choice.ok) throw new Error(choice.problem.message);
  return choice.value;
};
const ask = ({ slots = [slot], canBranch = () => true, ...changes }: Request, isLowRank = true) =>
  choosePolicy({
    wanted: 'auto',
    facts: { slots, open: new Set([0]), canBranch, canBeConditional: () => true },
    memory: 24 * GB,
    changes: new Map([[0, change(isLowRank)]]),
    ...held,
    ...changes,
  });

describe('the policy', () => {
  it.each([
    ['is mixed in a large model', notHeld, true, 'mixed'],
    ['and whatever the kind', notHeld, false, 'mixed'],
    ['unless the model is small', { ...tiny, ...notHeld }, true, 'merged'],
    ['or that takes too much memory', { memory: 3 * GB, canBranch: nowhere }, true, 'merged'],
    ['is branches where another device computes', { isOnDevice: true, ...tiny }, true, 'branches'],
    ['but merges there what it must', { isOnDevice: true, ...notHeld }, false, 'merged'],
    ['is branches where merged weights do not fit', { memory: 3 * GB }, true, 'branches'],
    ['and sooner where less memory may be taken', { share: 1 / 32 }, true, 'branches'],
    ['merges what has no factors all the same', { memory: 3 * GB }, false, 'merged'],
    ['is the one that was chosen', { wanted: 'branches' }, true, 'branches'],
    ['also in a large model', { wanted: 'merged', ...notHeld }, true, 'merged'],
    ['unless the kind cannot', { wanted: 'branches' }, false, 'merged'],
    ['or the graph cannot', { wanted: 'branches', canBranch: nowhere }, true, 'merged'],
    ['does not depend on biases and norms', { wanted: 'branches', slots: [bias] }, false, 'branches'],
  ] as const)('%s', (_, changes, isLowRank, policy) => {
    const choice = choose(changes, isLowRank);
    expect(choice.policy).toBe(policy);
    expect(choice.why).not.toBe('');
  });

  it('leaves quantised weights as they are', () => {
    const short = { ...slot, quantised: [{ input: 'x', node: 0, result: 0 }] };
    const slots = [short, slot];
    const other = new Map([[1, change(true)]]);
    expect(choose({ slots }).why).toContain('quantised');
    for (const isLowRank of [true, false])
      for (const wanted of ['auto', 'branches'] as const)
        expect(choose({ slots, wanted, canBranch: nowhere }, isLowRank).policy).toBe('branches');
    expect(choose({ slots, changes: new Map() }).policy).toBe('branches');
    expect(choose({ slots, changes: other }).policy).toBe('mixed');
    const toBias = new Map([[1, change(false)]]);
    expect(choose({ slots: [short, bias], changes: toBias }).policy).toBe('branches');
    expect(choose({ slots, wanted: 'merged', changes: new Map() }).policy).toBe('merged');
    const refused = ask({ slots, wanted: 'merged' });
    expect(refused.ok ? '' : refused.problem.code).toBe('quantised-weights');
    expect(ask({ slots, wanted: 'merged', changes: other }).ok).toBe(true);
  });

  it('says why what was asked for is not done', () => {
    expect(choose({ wanted: 'branches' }, false).why).toContain('branches was chosen');
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

describe('placements', () => {
  const weight = (path: string, shape: number[], kind = 'linear') =>
    ({ path, part: 'weight', kind, dims: shape, shape }) as unknown as WeightSlot;
  const block = 'down_blocks.0.attentions.0.transformer_blocks.0';
  const slots = [
    weight(`${block}.attn1.to_q`, [320, 320]),
    weight(`${block}.attn2.to_k`, [320, 768]),
    weight('mid_block.attentions.0.transformer_blocks.0.attn1.to_q', [1280, 1280]),
    weight('down_blocks.0.attentions.0.proj_in', [320, 320, 1, 1], 'conv'),
    weight('down_blocks.0.resnets.0.conv1', [320, 320, 3, 3], 'conv'),
    { ...bias, shape: [320] } as unknown as WeightSlot,
    { ...weight(`${block}.ff.net.2`, [320, 1280]), quantised: [] } as unknown as WeightSlot,
  ];
  const facts: ModelFacts = {
    slots,
    open: new Set([0, 1, 2, 5, 6]),
    canBranch: ({ path }) => !path.endsWith('conv1'),
    canBeConditional: () => true,
  };
  const kinds = (placements: readonly Placement[]) =>
    placements.map((one) => (one.kind === 'conditional' ? `conditional ${one.hasBranch}` : one.kind));

  it.each([
    ['merged', ['input', 'input', 'input', 'constant', 'constant', 'input', 'constant']],
    ['branches', ['branch', 'branch', 'branch', 'constant', 'constant', 'input', 'branch']],
    [
      'mixed',
      [
        ...['input', 'conditional true', 'conditional true', 'conditional true', 'conditional false'],
        ...['input', 'constant'],
      ],
    ],
  ] as const)('of %s', (policy, expected) => {
    expect(kinds(placementsOf(policy, facts))).toEqual(expected);
  });

  it('are inputs under mixed where readers cannot be moved into an If', () => {
    const fixed = placementsOf('mixed', { ...facts, canBeConditional: nowhere });
    expect(kinds(fixed).filter((kind) => kind.startsWith('conditional'))).toEqual([]);
  });
});
