import type { LoraFacts, ModelFacts, VaeFacts } from '../shared/facts';
import type { MeasuredLookup } from '../shared/measurement';
import type { WildcardLookup, WildcardMatcher } from '../shared/wildcards';

/**
 * Everything outside the text that the language may look at, as plain data and pure look-ups. The workspace builds
 * one per document; tests build one by hand; an empty one is a legal one.
 */
export interface Environment {
  readonly target: Target;
  readonly loras: LoraLookup;
  readonly embeddings: readonly EmbeddingFacts[];
  /** False: no embedding folder is configured, so an unknown word is not a finding. */
  readonly embeddingsKnown: boolean;
  readonly models: readonly ModelFacts[];
  /** Files that `VAE` may name. */
  readonly vaes: readonly VaeFacts[];
  /** The engine elsewhere that shall draw, where it is not the built-in one: its names are those of the other lists. */
  readonly engine?: EngineNames;
  /** The model that counts when the block has no `Model:`. */
  readonly baseModel?: ModelFacts;
  /** Names of `styles.csv` with their texts. */
  readonly styles: readonly StyleFacts[];
  /** Wildcard names, `/` between folders; undefined when no wildcard folder is configured. */
  readonly wildcards?: readonly string[];
  /** Values of the wildcards a name or pattern stands for; needed to expand a template. */
  readonly readWildcard?: WildcardLookup;
  /** The wildcards a name or pattern stands for, with their files. */
  readonly findWildcards?: WildcardMatcher;
  /** True when the dynamic prompts dialect is switched on. */
  readonly dynamicPrompts: boolean;
  /** What becomes of a picture where a LoRA is missing, where the configuration says so. */
  readonly missingLoras?: MissingLoras;
  /** Counts CLIP tokens of a text without the specials; absent when no vocabulary is at hand. */
  readonly countTokens?: (text: string) => number;
  /** Entries of `sdprompt.lock.json`, when the project has one; compared with the files that are present. */
  readonly lockfile?: readonly LoraFacts[];
  /** Counts the modules of a network that have a place of the right shape in a model; undefined when it cannot be known. */
  readonly fit?: (lora: LoraFacts, model: ModelFacts) => ModuleFit | undefined;
  /** How much networks change models, where it was ever measured; absent where nothing was. */
  readonly measured?: MeasuredLookup;
}

/** What an engine elsewhere can be asked for. */
export interface EngineNames {
  /** Its name on this machine, for messages. */
  readonly name: string;
  readonly samplers: readonly { readonly name: string; readonly aliases: readonly string[] }[];
  /** Schedule types as infotexts write them; empty where its samplers carry them in their names. */
  readonly schedules: readonly string[];
  readonly upscalers: readonly string[];
}

/** How much of a network a model can take. */
export interface ModuleFit {
  readonly fitting: number;
  readonly total: number;
  /** Why modules were left out: the first few, in words. */
  readonly reasons: readonly string[];
}

/** `skip`: the rest is drawn, with a warning; `refuse`: nothing is drawn. */
export type MissingLoras = 'skip' | 'refuse';

export type Target = 'a1111' | 'forge' | 'sdnext' | 'comfyui' | 'invokeai' | 'swarmui' | 'krita';

export interface LoraLookup {
  /** `nothing`: no folder and no lockfile, so an unknown name is not a finding. */
  readonly known: 'files' | 'lockfile' | 'nothing';
  /** Every entry, sorted by name. */
  readonly all: readonly LoraFacts[];
  /** Where the entries come from, for messages: folders as configured, the lockfile's name. */
  readonly searched?: readonly string[];
  /** What the target program would load for a name, by its own rules. */
  resolve(name: string): LoraResolution;
}

export interface LoraResolution {
  /** What the target loads; undefined when it finds nothing. */
  readonly chosen?: LoraFacts;
  /** Every file that the name could mean; more than one is an ambiguity worth a finding. */
  readonly candidates: readonly LoraFacts[];
  readonly how?: 'name' | 'alias' | 'path';
  /** The name was found only after Unicode normalisation: other programs, and other disks, may not find it. */
  readonly normalized?: boolean;
}

export interface EmbeddingFacts {
  readonly name: string;
  readonly path?: string;
  readonly architecture?: string;
  readonly vectors?: number;
  /** First digits of the file's SHA-256, as in infotext `TI hashes`. */
  readonly shortHash?: string;
}

export interface StyleFacts {
  readonly name: string;
  readonly prompt: string;
  readonly negativePrompt: string;
}

/** Knows nothing: what a linter without any configuration works with. */
export const EMPTY_ENVIRONMENT: Environment = {
  target: 'a1111',
  loras: { known: 'nothing', all: [], resolve: () => ({ candidates: [] }) },
  embeddings: [],
  embeddingsKnown: false,
  models: [],
  vaes: [],
  styles: [],
  dynamicPrompts: false,
};
