import type { TensorShape } from '../formats/lora';
import type { LoraHashes } from '../shared/facts';
import type { Problem } from '../shared/problem';
import type { SidecarFacts } from './metadata/sidecars';
import {
  SHOWN_TAGS,
  type TagCount,
  type TagText,
  tagFrequency,
  tagsOf,
  triggersFromTags,
} from './metadata/tags';
import { plainLine, plainText, triggerWordsOf } from './metadata/text';
import { type Judgement, judge, settle } from './verdict';
import { architectureOf, type Claim, claimOf } from './verdict/claims';
import { type Evidence, gatherEvidence } from './verdict/evidence';
import { familyOf, predictionOf } from './verdict/family';
import { embeddingFacts } from './verdict/kind';
import { alphaOf, rankOf } from './verdict/ranks';

/** Everything known about one file; `sdprompt inspect --json` prints it. */
export interface Inspection {
  readonly path: string;
  /** `lora` for every LoRA-like network, else a name of its own. */
  readonly kind: string;
  readonly networkType?: string;
  /** Undefined when the tensors cannot decide; then `candidates` has several. */
  readonly architecture?: string;
  /** Size or edition, where the tensors tell it: `klein-4b`, `t2v-14b`. */
  readonly variant?: string;
  readonly candidates: readonly string[];
  readonly reason: string;
  readonly family?: string;
  /** What the base model predicts, where the file says so. */
  readonly prediction?: 'v' | 'epsilon';
  readonly rank?: number;
  readonly alpha?: number;
  /** Modules by component: `unet`, `textEncoder`, `textEncoder2`, `textEncoder3`. */
  readonly modules: Readonly<Record<string, number>>;
  readonly triggerWords: readonly string[];
  readonly triggerSource?: string;
  readonly preferredWeight?: number;
  readonly description?: string;
  readonly tags?: readonly TagCount[];
  readonly trainedOn?: string;
  readonly license?: string;
  readonly negativeText?: string;
  readonly notes?: string;
  /** Embeddings bundled with a network. */
  readonly embeddings?: readonly string[];
  /** Number of vectors of an embedding. */
  readonly vectors?: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly hashes?: LoraHashes;
  readonly problems: readonly Problem[];
}

/** A header as JSON: what `inspect --header` takes instead of a file. */
export interface HeaderJson {
  readonly metadata?: Readonly<Record<string, string>> | null;
  /** Shape by tensor name. */
  readonly tensors: Readonly<Record<string, readonly number[]>>;
  readonly dtype?: string;
}

/** What the tensors alone say; plain data, the same for every file with the same tensor list. */
export interface StructureFacts {
  readonly judgement: Judgement;
  readonly rank?: number;
  readonly modules: Readonly<Record<string, number>>;
  readonly embeddings: readonly string[];
  readonly vectors?: number;
}

/** Judges a header given as JSON. */
export function inspectHeader({ metadata, tensors, dtype }: HeaderJson, path = ''): Inspection {
  const shapes = new Map<string, TensorShape>();
  for (const [name, shape] of Object.entries(tensors)) shapes.set(name, { shape, dtype });
  return inspectTensors(path, metadata ?? {}, structureOf(shapes), {});
}

/** Sorts the tensor list, judges it and counts what is in it. */
export function structureOf(tensors: ReadonlyMap<string, TensorShape>): StructureFacts {
  const evidence = gatherEvidence(tensors);
  const judgement = judge(evidence);
  return {
    judgement,
    rank: rankOf([...evidence.unet, ...evidence.textEncoders]),
    modules: countModules(evidence),
    embeddings: evidence.embeddings,
    ...(judgement.kind === 'embedding' && { vectors: embeddingFacts(evidence).vectors }),
  };
}

/** The metadata, but for its tags, that the library's facts are drawn from; the rest is only shown. */
export const WANTED_METADATA: ReadonlySet<string> = new Set([
  'lora_adapter_metadata',
  'modelspec.architecture',
  'modelspec.description',
  'modelspec.license',
  'modelspec.prediction_type',
  'modelspec.title',
  'modelspec.trigger_phrase',
  'ss_base_model_version',
  'ss_dataset_dirs',
  'ss_network_alpha',
  'ss_output_name',
  'ss_sd_model_name',
  'ss_v2',
  'sshs_model_hash',
  'ssmd_description',
]);

/** Combines what tensors, metadata and sidecars say; for each fact the most reliable source counts. */
export function inspectTensors(
  path: string,
  metadata: Readonly<Record<string, string>>,
  structure: StructureFacts,
  sidecars: SidecarFacts,
): Inspection {
  const tagText = tagsOf(metadata);
  const tags = tagFrequency(tagText).slice(0, SHOWN_TAGS);
  const { problems, ...drawn } = drawFacts(metadata, tagText, structure, sidecars);
  return compact({ path, ...drawn, tags: tags.length > 0 ? tags : undefined, metadata, problems });
}

/** What an index of thousands of files keeps: no metadata, and no tags, which are most of what there is to read. */
export type DrawnFacts = Drawn<Omit<Inspection, 'path' | 'metadata' | 'tags' | 'hashes'>>;
/** Every field present, the unknown ones undefined. */
type Drawn<T> = { readonly [field in keyof Required<T>]: T[field & keyof T] };

/** As `inspectTensors`, without what only one file at a time is asked for. */
export function drawFacts(
  metadata: Readonly<Record<string, string>>,
  tags: TagText,
  structure: StructureFacts,
  sidecars: SidecarFacts,
): DrawnFacts {
  const verdict = settle(structure.judgement, claimsOf(metadata, sidecars));
  const triggers = findTriggers(metadata, tags, sidecars);
  const sdxl = verdict.architecture === 'sdxl' || verdict.candidates.includes('sdxl');
  const description =
    sidecars.description ?? prose(metadata['modelspec.description'] ?? metadata.ssmd_description);
  return {
    kind: verdict.kind,
    networkType: verdict.networkType,
    architecture: verdict.architecture,
    variant: verdict.variant,
    candidates: verdict.candidates,
    reason: verdict.reason,
    family: sdxl ? familyOf({ metadata, tags, baseModel: sidecars.baseModel }) : undefined,
    prediction: sdxl ? predictionOf(metadata) : undefined,
    rank: structure.rank,
    alpha: verdict.kind === 'lora' ? alphaOf(metadata) : undefined,
    modules: structure.modules,
    triggerWords: triggers.words,
    triggerSource: triggers.source,
    preferredWeight: sidecars.preferredWeight,
    description,
    trainedOn: sidecars.baseModel,
    license: sidecars.license ?? line(metadata['modelspec.license']),
    negativeText: sidecars.negativeText,
    notes: sidecars.notes,
    embeddings: structure.embeddings.length > 0 ? structure.embeddings : undefined,
    vectors: structure.vectors,
    problems: verdict.problems,
  };
}

/** The user's own word first, then the file's metadata, then what a model site says. */
function claimsOf(metadata: Readonly<Record<string, string>>, sidecars: SidecarFacts): Claim[] {
  const claims: (Claim | undefined)[] = [
    claimFrom('sd version', sidecars.sdVersion),
    claimOf(metadata),
    claimFrom('baseModel', sidecars.baseModel),
  ];
  return claims.filter((claim) => claim !== undefined);
}

function claimFrom(source: string, text: string | undefined): Claim | undefined {
  const architecture = text === undefined ? undefined : architectureOf(text);
  return architecture === undefined ? undefined : { architecture, source, text: text! };
}

/** Trigger words in order of trust: the user, the model site, the model spec, the training tags. */
function findTriggers(
  metadata: Readonly<Record<string, string>>,
  tags: TagText,
  sidecars: SidecarFacts,
): { words: string[]; source?: string } {
  const sources: [string, () => readonly string[]][] = [
    ['activation text', () => (sidecars.activationText ? [sidecars.activationText] : [])],
    ['trainedWords', () => sidecars.trainedWords ?? []],
    ['modelspec', () => [metadata['modelspec.trigger_phrase'] ?? '']],
    ['tag frequency', () => triggersFromTags(metadata, tags)],
  ];
  for (const [source, textsOf] of sources) {
    const words = triggerWordsOf(textsOf());
    if (words.length > 0) return { words, source };
  }
  return { words: [] };
}

const COMPONENT_NAMES = {
  unet: 'unet',
  te: 'textEncoder',
  te1: 'textEncoder',
  te2: 'textEncoder2',
  te3: 'textEncoder3',
};

function countModules({ modules }: Evidence): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { component } of modules) {
    const name = COMPONENT_NAMES[component];
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function prose(text: string | undefined): string | undefined {
  return text === undefined ? undefined : plainText(text) || undefined;
}

function line(text: string | undefined): string | undefined {
  return text === undefined ? undefined : plainLine(text) || undefined;
}

/** Leaves out what is not known, so that JSON has no holes. */
function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
