import type { MissingLoras, Target } from '../../language/environment';
import type { RuleSettings } from '../../language/rules/rule';
import type { Problem } from '../../shared/problem';

/** The names a configuration file may have; the first one found in a folder counts. */
export const CONFIG_NAMES = ['sdprompt.config.json', 'sdprompt.config.jsonc'] as const;

/** A configuration file as written, after validation. Paths are still relative to the file. */
export interface RawConfiguration {
  readonly $schema?: string;
  readonly extends?: string | readonly string[];
  readonly loraPaths?: readonly string[];
  readonly embeddingPaths?: readonly string[];
  readonly wildcardPaths?: readonly string[];
  readonly stylePaths?: readonly string[];
  readonly modelPaths?: readonly string[];
  readonly models?: Readonly<Record<string, ModelSetting>>;
  readonly baseModel?: string;
  readonly engine?: string;
  readonly target?: Target;
  readonly dynamicPrompts?: boolean;
  readonly missingLoras?: MissingLoras;
  readonly rules?: RuleSettings;
  readonly overrides?: readonly RawOverride[];
  readonly ignore?: readonly string[];
}

/** A base model: a folder with ONNX files or a checkpoint, or only the architecture it has. */
export interface ModelSetting {
  readonly path?: string;
  readonly architecture?: string;
  /** A file to take the VAE from. */
  readonly vae?: string;
}

/** Settings for the files that match. */
export interface RawOverride {
  readonly files: string | readonly string[];
  readonly excludedFiles?: string | readonly string[];
  readonly baseModel?: string;
  readonly target?: Target;
  readonly dynamicPrompts?: boolean;
  readonly rules?: RuleSettings;
}

/** An override with the folder its patterns are relative to: that of the file that wrote it. */
export interface Override extends RawOverride {
  readonly folder: string;
}

/** One configuration with everything it extends merged in, and paths absolute. */
export interface Configuration {
  /** The configuration file; undefined for the defaults. */
  readonly path?: string;
  /** Where the file lies: globs and the lockfile are relative to it. */
  readonly folder?: string;
  /** Every file read for it, the extended ones too: a change of any makes it stale. */
  readonly sources: readonly string[];
  readonly loraPaths: readonly string[];
  readonly embeddingPaths: readonly string[];
  readonly wildcardPaths: readonly string[];
  readonly stylePaths: readonly string[];
  readonly modelPaths: readonly string[];
  readonly models: Readonly<Record<string, ModelSetting>>;
  readonly baseModel?: string;
  /** One of the machine's engines, by name. */
  readonly engine?: string;
  readonly target: Target;
  readonly dynamicPrompts: boolean;
  /** Absent: the preview skips, `render` refuses. */
  readonly missingLoras?: MissingLoras;
  readonly rules: RuleSettings;
  readonly overrides: readonly Override[];
  readonly ignore: readonly IgnoreSetting[];
  /** What is wrong with the files; the parts that are right count all the same. */
  readonly problems: readonly ConfigProblem[];
}

/** Patterns with the folder they are relative to. */
export interface IgnoreSetting {
  readonly folder: string;
  readonly patterns: readonly string[];
}

/** A problem with a place in a configuration file. `message` does not repeat the place. */
export interface ConfigProblem extends Problem {
  readonly file: string;
  /** One-based, as editors show them. */
  readonly line: number;
  readonly column: number;
  /** Offsets into the file, for an editor's squiggle. */
  readonly start: number;
  readonly end: number;
}

/** What counts where no file says otherwise. */
export const DEFAULT_CONFIGURATION: Configuration = {
  sources: [],
  loraPaths: [],
  embeddingPaths: [],
  wildcardPaths: [],
  stylePaths: [],
  modelPaths: [],
  models: {},
  target: 'a1111',
  dynamicPrompts: false,
  rules: {},
  overrides: [],
  ignore: [],
  problems: [],
};
