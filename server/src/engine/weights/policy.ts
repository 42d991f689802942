import type { WeightSlot } from '../../formats/onnx/index';
import type { MergeStrategy, WeightPolicy } from '../../shared/mergeStrategy';
import { failure, type Result, success } from '../../shared/problem';
import type { SlotChange } from '../lora/assign';
import { usesBranch } from './merged/factors';
import { canFeed, isMatrix, isUsualTarget, matrixSides, slotBytes } from './slots';
import { BRANCH_LIMITS, type BranchLimits, SMALL_MODEL_BYTES, UNET_MEMORY_SHARE } from './thresholds';

/**
 * How a weight gets into a session:
 * - `constant`: an initializer; no change reaches it in this session
 * - `input`: a graph input that is fed W0 or W′
 * - `branch`: an initializer with a LoRA branch in every run
 * - `conditional`: an initializer behind an `If`, which each run reads as it is, with a LoRA branch (`hasBranch`), or
 *   replaced by a fed W′
 */
export type Placement =
  | { readonly kind: 'constant' }
  | { readonly kind: 'input' }
  | { readonly kind: 'branch' }
  | {
      readonly kind: 'conditional';
      readonly hasBranch: boolean;
      /** The stacked factors may have this share of the weight's numbers; more are merged. */
      readonly branchShare: number;
    };

/** What the policies look at. */
export interface ModelFacts {
  readonly slots: readonly WeightSlot[];
  /** Slots whose changes must not need another session. */
  readonly open: ReadonlySet<number>;
  /** True where a LoRA branch can be added to a slot's products. */
  canBranch(slot: WeightSlot): boolean;
  /** True where a slot's readers can be moved into an `If`. */
  canBeConditional(slot: WeightSlot): boolean;
}

const CONSTANT: Placement = { kind: 'constant' };
const INPUT: Placement = { kind: 'input' };
const BRANCH: Placement = { kind: 'branch' };

/**
 * Where each slot goes under a policy: `merged` feeds every weight, `branches` adds a LoRA branch to every matrix, and
 * `mixed` feeds the narrow weights of a UNet's outer blocks, whose merge costs next to nothing, and makes the wide ones
 * conditional. Projections that are convolutions are conditional at any width: ONNX Runtime prepacks them only as
 * initializers, and they are so few that their branches do not show. Biases and norms are fed under every policy: they are
 * kilobytes, and the runtime fuses normalisations whose scale is an input as well.
 */
export function placementsOf(
  policy: WeightPolicy,
  facts: ModelFacts,
  limits: BranchLimits = BRANCH_LIMITS,
): Placement[] {
  return facts.slots.map((slot, index) => {
    if (!isMatrix(slot)) return facts.open.has(index) && !slot.quantised ? INPUT : CONSTANT;
    if (policy === 'mixed') return mixedPlacement(slot, facts, limits);
    if (!facts.open.has(index)) return CONSTANT;
    if (policy === 'branches') return facts.canBranch(slot) ? BRANCH : CONSTANT;
    return slot.quantised ? CONSTANT : INPUT;
  });
}

function mixedPlacement(slot: WeightSlot, facts: ModelFacts, limits: BranchLimits): Placement {
  if (slot.quantised) return CONSTANT;
  const isWide = Math.min(...matrixSides(slot)) >= limits.width || readsPrompt(slot);
  const staysInitializer = isWide || slot.kind === 'conv' || !isUsualTarget(slot);
  if (!staysInitializer || !facts.canBeConditional(slot)) return INPUT;
  const hasBranch = (isWide || isUsualTarget(slot)) && facts.canBranch(slot);
  return { kind: 'conditional', hasBranch, branchShare: limits.share };
}

/** Keys and values of cross attention: 77 tokens, however large the image is. */
function readsPrompt({ path }: WeightSlot): boolean {
  return /\.attn2\.to_[kv]$/.test(path);
}

/**
 * The slots that are open from the start: every bias and norm, unless another device than the CPU computes, where each
 * would be copied in every step; of the matrices all in a small model, in a large one what nearly all LoRAs change. Others
 * are added when a LoRA first changes one.
 */
export function initialSlots(slots: readonly WeightSlot[], isOnDevice = false): Set<number> {
  const areAllMatrices = isSmall(slots);
  const isOpen = (slot: WeightSlot) =>
    isMatrix(slot) ? areAllMatrices || isUsualTarget(slot) : !isOnDevice && canFeed(slot);
  return new Set([...slots.keys()].filter((index) => isOpen(slots[index]!)));
}

function isSmall(slots: readonly WeightSlot[]): boolean {
  return slots.reduce((sum, slot) => sum + (isMatrix(slot) ? slotBytes(slot) : 0), 0) <= SMALL_MODEL_BYTES;
}

/** Bytes of merged weights that are held while the given changes apply. */
export function mergedBytes(
  { slots }: Pick<ModelFacts, 'slots'>,
  placements: readonly Placement[],
  changes: ReadonlyMap<number, readonly SlotChange[]>,
): number {
  return slots.reduce((sum, slot, index) => {
    const placement = placements[index]!;
    const own = changes.get(index);
    const isHeld =
      (placement.kind === 'input' && isMatrix(slot)) ||
      (placement.kind === 'conditional' && own !== undefined && !usesBranch(placement, slot, own));
    return isHeld ? sum + slotBytes(slot) : sum;
  }, 0);
}

/** A policy and the reason for it, in words, for the log and the panel. */
export interface Choice {
  readonly policy: WeightPolicy;
  readonly why: string;
}

export interface ChoiceRequest {
  readonly wanted: MergeStrategy;
  readonly facts: ModelFacts;
  readonly changes: ReadonlyMap<number, readonly SlotChange[]>;
  /** Bytes of memory of the machine. */
  readonly memory: number;
  /** Share of it that merged weights may take. */
  readonly share?: number | undefined;
  /** Another device than the CPU computes: every fed weight is copied there in every run. */
  readonly isOnDevice?: boolean | undefined;
  /** Placements of `mixed`. */
  mixed(): readonly Placement[];
}

/**
 * Chooses by the kinds of the LoRAs and by memory; what the user wants wins where it can work at all. Fails with
 * `quantised-weights` where merged weights are wanted and the changed ones are quantised.
 */
export function choosePolicy(request: ChoiceRequest): Result<Choice> {
  const { wanted } = request;
  if (!meetsQuantised(request))
    return success(wanted === 'auto' ? automatic(request) : chosenByUser(request, wanted));
  if (wanted !== 'merged') return success({ policy: 'branches', why: 'the model’s weights are quantised' });
  return failure(
    'quantised-weights',
    'LoRAs cannot be merged into this model: its weights are quantised, and a merged weight does not fit into so few bits.',
    'Set the merge strategy to auto or branches, or use the model in float16 or float32.',
  );
}

/** True when a change is to a quantised weight, and before any change of a matrix in a model that has such weights. */
function meetsQuantised({ facts: { slots }, changes, wanted }: ChoiceRequest): boolean {
  const matrices = [...changes.keys()].filter((index) => isMatrix(slots[index]!));
  if (matrices.length > 0) return matrices.some((index) => slots[index]!.quantised);
  return wanted === 'auto' && slots.some((slot) => slot.quantised);
}

/** What stands against running all changes as LoRA branches, if anything. Biases and norms are merged in any case. */
function obstacleToBranches({ facts, changes }: ChoiceRequest): string | undefined {
  const matrices = [...changes].filter(([index]) => isMatrix(facts.slots[index]!));
  if (!matrices.every(([, list]) => list.every(({ module }) => module.isLowRank)))
    return 'one of the LoRAs has no low-rank factors and must be merged';
  if (!matrices.every(([index]) => facts.canBranch(facts.slots[index]!)))
    return 'the model has fused operators that no LoRA branch can be added to';
  return undefined;
}

function chosenByUser(request: ChoiceRequest, wanted: 'merged' | 'branches'): Choice {
  const obstacle = wanted === 'branches' ? obstacleToBranches(request) : undefined;
  return obstacle === undefined
    ? { policy: wanted, why: 'chosen in the settings' }
    : { policy: 'merged', why: `branches was chosen, but ${obstacle}` };
}

function automatic(request: ChoiceRequest): Choice {
  const { facts, changes, memory, share = UNET_MEMORY_SHARE, isOnDevice = false } = request;
  const canBranch = obstacleToBranches(request) === undefined;
  if (isOnDevice && canBranch)
    return { policy: 'branches', why: 'merged weights would be copied to the device in every step' };
  if (!isOnDevice && !isSmall(facts.slots) && mergedBytes(facts, request.mixed(), changes) <= memory * share)
    return { policy: 'mixed', why: 'fastest for a model of this size' };
  const bytes = [...facts.open].reduce((sum, index) => sum + slotBytes(facts.slots[index]!), 0);
  const gigabytes = (bytes / 2 ** 30).toFixed(1);
  if (bytes > memory * share && canBranch)
    return { policy: 'branches', why: `merged weights would take ${gigabytes} GB of memory` };
  return { policy: 'merged', why: 'merged weights add nothing to a step' };
}
