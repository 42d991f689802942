import { aliasesOf } from '../../formats/lora';
import type { WeightSlot } from '../../formats/onnx/index';
import type { MergeReport } from '../../shared/mergeReport';
import { hasMagnitude } from './kinds/dora';
import { kindOf } from './kinds/index';
import type { FileModule, LoraFile } from './loraFile';
import { changesBias } from './mergeModule';
import { atOnce, type Steps } from './steps';

/** A network as a plan applies it. */
export interface AppliedLora {
  readonly name: string;
  readonly file: LoraFile;
  readonly te: number;
  readonly unet: number;
  readonly dyn?: number;
}

/** One module of one network, applied to one slot. */
export interface SlotChange {
  readonly lora: AppliedLora;
  readonly module: FileModule;
  readonly strength: number;
  /** Rows of the slot's weight that the module changes; all of them unless the slot is a packed one. */
  readonly rows?: readonly number[];
}

/** Slots of one network of the model by path and part, with every name its modules go by. */
export interface SlotIndex {
  readonly slots: readonly WeightSlot[];
  find(key: string, part: 'weight' | 'bias'): Place | undefined;
}

/** Where a module's weight is: a slot, or some rows of one. */
export interface Place {
  readonly slot: number;
  readonly rows?: readonly number[];
}

/** Builds the index for one graph. */
export function indexSlots(slots: readonly WeightSlot[]): SlotIndex {
  const positions = new Map<string, Place>();
  const paths = new Set<string>();
  for (const [slot, { path, part, packed }] of slots.entries()) {
    for (const module of packed ?? [{ path, rows: undefined }]) {
      positions.set(`${module.path}.${part}`, { slot, rows: module.rows });
      paths.add(module.path);
    }
  }
  const aliases = aliasesOf(paths);
  return {
    slots,
    find(key, part) {
      const path = aliases.get(key.replaceAll('.', '_'));
      return path === undefined ? undefined : positions.get(`${path}.${part}`);
    },
  };
}

/** Shape of the weight a module changes. */
export function shapeOf(slot: WeightSlot, rows: readonly number[] | undefined): readonly number[] {
  return rows ? [rows.length, ...slot.shape.slice(1)] : slot.shape;
}

/** The part of a model a network module is for. */
export type Component = 'unet' | 'te1' | 'te2';

/** What each network does to each slot of each component, in prompt order, and what could not be placed. */
export interface Assignment {
  readonly changes: Readonly<Record<Component, ReadonlyMap<number, readonly SlotChange[]>>>;
  readonly reports: readonly MergeReport[];
}

const MAX_REASONS = 5;

/**
 * Places every module of every network. A module that has no place, or whose shape does not fit, is left out and
 * counted; strength 0 leaves its component untouched.
 */
export function assign(
  loras: readonly AppliedLora[],
  indexes: Readonly<Partial<Record<Component, SlotIndex>>>,
): Assignment {
  return atOnce(assigning(loras, indexes));
}

/** The same, module by module: factors are read on the way, and all those of large files take a while. */
export function* assigning(
  loras: readonly AppliedLora[],
  indexes: Readonly<Partial<Record<Component, SlotIndex>>>,
): Steps<Assignment> {
  const changes: Record<Component, Map<number, SlotChange[]>> = {
    unet: new Map(),
    te1: new Map(),
    te2: new Map(),
  };
  const reports: MergeReport[] = [];
  for (const lora of loras) {
    const reasons: string[] = [];
    const kinds = new Map<string, number>();
    let applied = 0;
    for (const module of lora.file.modules) {
      const kind = nameOfKind(module);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      const component = componentOf(module);
      const reason = component
        ? place(lora, module, component, indexes[component], changes[component])
        : `${module.source.name}: this model has no such text encoder`;
      if (reason === undefined) applied++;
      else if (reasons.length < MAX_REASONS && !reasons.includes(reason)) reasons.push(reason);
      yield;
    }
    const networkType = [...kinds].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'none';
    const { name, te, unet } = lora;
    reports.push({ name, te, unet, networkType, applied, total: lora.file.modules.length, reasons });
  }
  return { changes, reports };
}

function componentOf(module: FileModule): Component | undefined {
  const { component } = module.source;
  if (component === 'te') return 'te1';
  return component === 'te3' ? undefined : component;
}

function nameOfKind(module: FileModule): string {
  if (hasMagnitude(module.tensors)) return 'dora';
  const kind = kindOf(module.tensors)?.name ?? 'unknown';
  return kind === 'lora' && module.tensors.has('lora_mid') ? 'locon' : kind;
}

/** Adds the module's changes; the reason when it has no place. */
function place(
  lora: AppliedLora,
  module: FileModule,
  component: Component,
  index: SlotIndex | undefined,
  changes: Map<number, SlotChange[]>,
): string | undefined {
  const { name, key } = module.source;
  const strength = component === 'unet' ? lora.unet : lora.te;
  if (strength === 0) return component === 'unet' ? 'the UNet weight is 0' : 'the text encoder weight is 0';
  if (!index) return `${name}: this model has no such text encoder`;
  const weight = index.find(key, 'weight');
  const bias = index.find(key, 'bias');
  const add = ({ slot, rows }: Place) => {
    const list = changes.get(slot);
    const change = { lora, module, strength, ...(rows && { rows }) };
    if (list) list.push(change);
    else changes.set(slot, [change]);
  };
  if (weight === undefined) return `${name}: the model has no module of this name`;
  const kind = kindOf(module.tensors);
  const wantsBias = changesBias(module.tensors);
  if (kind) {
    if (module.isLowRank) {
      const factors = module.lowRank(shapeOf(index.slots[weight.slot]!, weight.rows));
      if (!factors.ok) return `${name}: ${factors.problem.message}`;
    }
    add(weight);
  } else if (!wantsBias) return `${name}: its tensors are of no known kind`;
  if (wantsBias) {
    if (bias === undefined) return kind ? undefined : `${name}: the model's module has no bias`;
    add(bias);
  }
  return undefined;
}
