import { asNumber, asObject, asString, asStrings, type Json, parseObject } from './json';
import { plainLine, plainText } from './text';

/** Largest sidecar read, bytes; Civitai's with all its example images stay far below. */
export const MAX_SIDECAR_BYTES = 4_000_000;

/** What the sidecars of one file say, the most trusted first where several say the same. */
export interface SidecarFacts {
  /** The user's own text, from AUTOMATIC1111's editor. */
  readonly activationText?: string;
  readonly trainedWords?: readonly string[];
  readonly preferredWeight?: number;
  readonly negativeText?: string;
  readonly description?: string;
  readonly notes?: string;
  /** Civitai's `baseModel`, as written. */
  readonly baseModel?: string;
  /** The user's own word on the architecture (`sd version`). */
  readonly sdVersion?: string;
  readonly tags?: readonly string[];
  readonly license?: string;
}

/** One program's sidecar: how its file is called after the stem, and what it says. */
interface SidecarKind {
  readonly suffix: string;
  read(text: string): SidecarFacts;
}

/** In order of trust: what the user wrote, then what came from a model site. */
const KINDS: readonly SidecarKind[] = [
  { suffix: '.json', read: readUserMetadata },
  { suffix: '.civitai.info', read: readCivitai },
  { suffix: '.metadata.json', read: readLoraManager },
  { suffix: '.cm-info.json', read: readStabilityMatrix },
  { suffix: '.swarm.json', read: readSwarm },
  { suffix: '.txt', read: (text) => ({ description: plainText(text) }) },
  { suffix: '.description.txt', read: (text) => ({ description: plainText(text) }) },
];

/** Suffixes that make a file a sidecar, in order of trust. */
export const SIDECAR_SUFFIXES: readonly string[] = KINDS.map(({ suffix }) => suffix);

/** Merges the texts of one file's sidecars; `texts` is keyed by suffix. */
export function readSidecars(texts: ReadonlyMap<string, string>): SidecarFacts {
  const merged: Record<string, unknown> = {};
  for (const { suffix, read } of KINDS) {
    const text = texts.get(suffix);
    if (text === undefined) continue;
    for (const [key, value] of Object.entries(read(text))) {
      const empty = value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
      if (!empty && merged[key] === undefined) merged[key] = value;
    }
  }
  return merged as SidecarFacts;
}

function line(value: Json): string | undefined {
  const text = asString(value);
  return text && plainLine(text);
}

function prose(value: Json): string | undefined {
  const text = asString(value);
  return text && plainText(text);
}

/** AUTOMATIC1111's user metadata. A preferred weight of 0 means that none was set. */
function readUserMetadata(text: string): SidecarFacts {
  const data = parseObject(text) ?? {};
  return {
    activationText: asString(data['activation text']),
    preferredWeight: asNumber(data['preferred weight']) || undefined,
    negativeText: line(data['negative text']),
    description: prose(data.description),
    notes: prose(data.notes),
    sdVersion: line(data['sd version']),
  };
}

function readCivitai(text: string): SidecarFacts {
  return civitaiFacts(parseObject(text) ?? {});
}

/** A model version of Civitai, as several programs keep it. */
function civitaiFacts(data: Record<string, Json>): SidecarFacts {
  const model = asObject(data.model);
  return {
    trainedWords: asStrings(data.trainedWords),
    description: prose(data.description) ?? prose(model?.description),
    baseModel: line(data.baseModel),
    tags: asStrings(model?.tags ?? data.tags),
    license: licenseOf(model ?? data),
  };
}

/** Civitai gives permissions, not a licence's name. */
function licenseOf(model: Record<string, Json>): string | undefined {
  const named = line(model.license);
  if (named !== undefined) return named;
  const uses = asStrings(model.allowCommercialUse);
  if (uses.length === 0) return undefined;
  return uses.includes('None') ? 'no commercial use' : `commercial use: ${plainLine(uses.join(', '))}`;
}

function readLoraManager(text: string): SidecarFacts {
  const data = parseObject(text) ?? {};
  const civitai = civitaiFacts(asObject(data.civitai) ?? {});
  const tips = parseObject(asString(data.usage_tips)) ?? asObject(data.usage_tips) ?? {};
  const words = asStrings(data.trainedWords);
  return {
    ...civitai,
    trainedWords: words.length > 0 ? words : civitai.trainedWords,
    preferredWeight:
      asNumber(tips.strength) ?? middle(asNumber(tips.strength_min), asNumber(tips.strength_max)),
    description: prose(data.modelDescription) ?? civitai.description,
    notes: prose(data.notes),
    baseModel: line(data.base_model) ?? civitai.baseModel,
    tags: [...asStrings(data.tags), ...(civitai.tags ?? [])],
  };
}

function middle(low: number | undefined, high: number | undefined): number | undefined {
  if (low === undefined || high === undefined) return low ?? high;
  return Math.round(((low + high) / 2) * 100) / 100;
}

function readStabilityMatrix(text: string): SidecarFacts {
  const data = parseObject(text) ?? {};
  return {
    trainedWords: asStrings(data.TrainedWords),
    description: prose(data.ModelDescription) ?? prose(data.VersionDescription),
    baseModel: line(data.BaseModel),
    tags: asStrings(data.Tags),
  };
}

/** SwarmUI writes the model spec's fields, with or without their prefix. */
function readSwarm(text: string): SidecarFacts {
  const data = parseObject(text) ?? {};
  const field = (name: string): Json => data[`modelspec.${name}`] ?? data[name];
  return {
    trainedWords: asStrings(field('trigger_phrase')),
    preferredWeight: asNumber(field('lora_default_weight') ?? field('default_weight')),
    description: prose(field('description')) ?? prose(field('usage_hint')),
    tags: asStrings(field('tags')).flatMap((tag) => tag.split(',')),
    license: line(field('license')),
  };
}
