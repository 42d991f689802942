import { isFlatPrefix, type LoraComponent, splitPrefix } from './prefixes';
import { type SplitSuffix, splitSuffix } from './suffixes';

/** Shape and dtype of one tensor, as the header gives them. */
export interface TensorShape {
  readonly shape: readonly number[];
  readonly dtype?: string;
}

/** The tensors that together change one module of the model. */
export interface LoraModule {
  readonly component: LoraComponent;
  /** Module text as written, prefix removed: `down_blocks.0…to_q` or `down_blocks_0_…_to_q`. */
  readonly name: string;
  /** `name` with `.` replaced by `_`: what naming schemes have in common. */
  readonly key: string;
  /** The prefix as written; `''` when the writer uses none. */
  readonly prefix: string;
  /** `kohya`, `lycoris`, `peft`, `diffusers`, `attn-processor`, `xlabs`, `native`, `cloneofsimo`. */
  readonly scheme: string;
  /** Tensor name by role; the roles are listed in `suffixes.ts`. */
  readonly tensors: Readonly<Record<string, string>>;
}

/** A tensor list sorted into what a network needs and what it does not. */
export interface GroupedTensors {
  readonly modules: LoraModule[];
  /** Names of embeddings bundled with the network (`bundle_emb.<name>.…`). */
  readonly embeddings: string[];
  /** Tensor names that belong to no module. */
  readonly rest: string[];
}

interface Draft {
  component: LoraComponent;
  name: string;
  key: string;
  prefix: string;
  scheme: string;
  tensors: Record<string, string>;
}

const INDEXED = /^((?:unet|text_encoder):\d+):(up|down)$/;
const BUNDLE = 'bundle_emb.';

/** Groups the tensors of a file by module, in file order. Names that are no part of a network are left out. */
export function groupModules(tensors: Iterable<readonly [name: string, tensor: TensorShape]>): LoraModule[] {
  return groupTensors(tensors).modules;
}

/** As `groupModules`, and says what was left over. */
export function groupTensors(
  tensors: Iterable<readonly [name: string, tensor: TensorShape]>,
): GroupedTensors {
  // Keyed by everything before the suffix, which is the module as the file writes it, prefix and all.
  const drafts = new Map<string, Draft>();
  const embeddings = new Set<string>();
  const rest: string[] = [];
  for (const [name, { shape }] of tensors) {
    if (name.startsWith(BUNDLE)) {
      const end = name.indexOf('.', BUNDLE.length);
      embeddings.add(name.slice(BUNDLE.length, end < 0 ? undefined : end));
      continue;
    }
    const part = splitName(name, shape);
    if (!part) {
      rest.push(name);
      continue;
    }
    let draft = drafts.get(part.stem);
    if (!draft) {
      draft = part.indexed ? draftIndexed(part.stem) : draftNamed(part);
      drafts.set(part.stem, draft);
    } else if (isWeakRole(draft)) {
      draft.scheme = schemeOf(part, draft.prefix);
    }
    draft.tensors[part.role] = name;
  }
  const modules: LoraModule[] = [];
  const isNetwork = [...drafts.values()].some((draft) => !isWeakRole(draft));
  for (const draft of drafts.values()) {
    if (hasWeights(draft, isNetwork)) modules.push(draft);
    else rest.push(...Object.values(draft.tensors));
  }
  return { modules, embeddings: [...embeddings], rest };
}

interface NamePart extends SplitSuffix {
  /** The module has a number in place of a name. */
  readonly indexed?: boolean;
}

function splitName(name: string, shape: readonly number[]): NamePart | undefined {
  const suffix = splitSuffix(name);
  if (suffix) return suffix;
  // IA3 has nothing but `.weight`: a flat prefix and a single vector tell it from the weight of a layer.
  if (name.endsWith('.weight') && isVector(shape)) {
    const stem = name.slice(0, -'.weight'.length);
    return isFlatPrefix(splitPrefix(stem).prefix) ? { stem, role: 'weight', style: 'lycoris' } : undefined;
  }
  // cloneofsimo's files number the modules in traversal order: `unet:7:up`.
  const indexed = INDEXED.exec(name);
  return indexed
    ? { stem: indexed[1]!, role: `lora_${indexed[2]}`, style: 'kohya', indexed: true }
    : undefined;
}

/** `[n]`, or with sides of one around it, as for a convolution. */
function isVector(shape: readonly number[]): boolean {
  return shape.filter((side) => side !== 1).length <= 1;
}

function draftNamed(part: NamePart): Draft {
  const { prefix, component, module } = splitPrefix(part.stem);
  const scheme = schemeOf(part, prefix);
  return { component, name: module, key: module.replaceAll('.', '_'), prefix, scheme, tensors: {} };
}

function schemeOf({ style }: NamePart, prefix: string): string {
  return style === 'kohya' && prefix.startsWith('lycoris_') ? 'lycoris' : style;
}

function draftIndexed(stem: string): Draft {
  const [part, index] = stem.split(':') as [string, string];
  const component = part === 'unet' ? 'unet' : 'te';
  return { component, name: index, key: index, prefix: `${part}:`, scheme: 'cloneofsimo', tensors: {} };
}

/** Roles that say nothing about the naming scheme and make no module by themselves. */
const WEAK_ROLES = new Set([
  'alpha',
  'scale',
  'dora_scale',
  'on_input',
  'reshape_weight',
  'rescale',
  'oft_s',
  'boft_s',
  'router',
  'ranknum',
]);

function isWeakRole(draft: Draft): boolean {
  for (const role in draft.tensors) if (!WEAK_ROLES.has(role)) return false;
  return true;
}

/**
 * A lone `alpha` or `scale` is a leftover. A control LoRA's `…_norm.scale` replaces the norm and counts, but a whole
 * model has norms of that name too, and nothing that makes it a network.
 */
function hasWeights(draft: Draft, isNetwork: boolean): boolean {
  if (!isWeakRole(draft)) return true;
  return isNetwork && draft.tensors.scale !== undefined && /(?:^|\.)(?:query|key)_norm$/.test(draft.name);
}
