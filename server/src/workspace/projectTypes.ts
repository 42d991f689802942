import type { Environment } from '../language/environment';
import type { Finding, RuleSettings } from '../language/rules/rule';
import type { Document } from '../language/syntax/nodes';
import type { ServerLibrary } from '../shared/engines';
import type { LoraFacts } from '../shared/facts';
import type { KnownChanges, Measurement } from '../shared/measurement';
import type { ConfigProblem, Configuration, ModelSetting } from './config/configuration';
import type { Files } from './files';

/** Paths that belong to the machine, not to the repository: VS Code's machine settings, command line options. */
export interface MachineSettings {
  readonly loraPaths?: readonly string[];
  readonly embeddingPaths?: readonly string[];
  readonly modelPaths?: readonly string[];
  readonly models?: Readonly<Record<string, ModelSetting>>;
  /** Counts when no configuration file names one. */
  readonly baseModel?: string;
  /** False: files are hashed only where a lockfile pins them. Counts where the project watches; absent: true. */
  readonly hashInBackground?: boolean;
}

export interface ProjectOptions {
  /** Absolute path of `media/demo-model`; without it there is no built-in model. */
  readonly builtInModelPath?: string;
  /** Gzipped merges of CLIP's vocabulary; without it they are looked for beside the built-in model. */
  readonly clipMergesPath?: string;
  /** Where the library's index may be kept between runs. */
  readonly cachePath?: string;
  readonly machine?: MachineSettings;
  /** False: no path from a configuration file is opened; the lockfile and the language remain. */
  readonly trusted: boolean;
  /** Absolute path of a configuration file to use for every file instead of walking up. */
  readonly configPath?: string;
  /** Watch the LoRA folders and say when they change. */
  readonly watch?: boolean;
  /**
   * Milliseconds to wait for the first scan of the folders before going on without them; `Infinity` (the default)
   * for a run whose result must not depend on time.
   */
  readonly scanBudget?: number;
  /** False: `.gitignore` files do not count. */
  readonly gitignore?: boolean;
  /** What an engine elsewhere has: its lists count in place of the machine's files. Nothing is contacted. */
  readonly server?: ServerLibrary;
  readonly files?: Files;
  readonly log?: (message: string) => void;
}

/**
 * Configuration, ignore files, library and models of whatever files are asked about, behind one door. The language
 * server and the command line both go through it, so that they cannot disagree. Paths are absolute.
 */
export interface Project {
  /** The configuration that counts for a file, overrides applied. Its `problems` are for the caller to show. */
  configurationFor(file: string): Promise<Configuration>;
  settingsFor(file: string): Promise<RuleSettings>;
  environmentFor(file: string): Promise<Environment>;
  /** Every finding in a text as if it were that file's content, in order of place, capped as `lint` does. */
  lintText(file: string, text: string): Promise<Finding[]>;
  /** The same for a text that is parsed already. */
  lintDocument(file: string, document: Document): Promise<Finding[]>;
  /** `lintText` without the waiting, for fixing one text again and again. */
  linterFor(file: string): Promise<(text: string) => Finding[]>;
  isIgnored(file: string): Promise<boolean>;
  /** The prompt files below a folder that are not ignored, in path order. */
  promptFiles(folder: string, endings?: readonly string[]): Promise<string[]>;
  /** The library as seen from a file (or from nowhere in particular). */
  statusFor(file: string | undefined): Promise<ProjectStatus>;
  /** Every configuration problem met so far, by file; a file that is right again has an empty list. */
  configProblems(): ReadonlyMap<string, readonly ConfigProblem[]>;
  /** A file that the project reads was created, changed or deleted. Returns whether anything may differ now. */
  fileChanged(file: string): boolean;
  /** Computes the hashes of the LoRAs that a file may name, where they are not known yet: reads every file whole. */
  hashLoras(
    file: string,
    options?: { signal?: AbortSignal; onFile?: (lora: LoraFacts) => void },
  ): Promise<void>;
  /** Hashes of checkpoints among the models, reading them whole where that was never done; findings may differ then. */
  /** Keeps how much LoRAs (paths, in the measurement's order, each at weight 1) change a model; findings may differ then. */
  noteMeasured(model: string, loras: readonly string[], measurement: Measurement): Promise<void>;
  /** What was kept of these files and this model; undefined unless all of it is known. */
  measuredBefore(model: string, loras: readonly string[]): Promise<KnownChanges | undefined>;
  hashModels(
    paths: readonly string[],
    options?: { signal?: AbortSignal; report?: (done: number, of: number) => void },
  ): Promise<void>;
  /** Reads the folders anew. */
  refresh(): Promise<void>;
  update(change: {
    readonly machine?: MachineSettings;
    readonly trusted?: boolean;
    /** `null`: the machine's own files count again. */
    readonly server?: ServerLibrary | null;
  }): void;
  /** The listener is told when findings may differ although no document changed. */
  onDidChange(listener: () => void): { dispose(): void };
  dispose(): void;
}

export interface ProjectStatus {
  /** LoRA folders in order of precedence. */
  readonly folders: readonly string[];
  /** Those of them that somebody has named, and those named that do not exist. */
  readonly ownFolders: readonly string[];
  readonly loras: readonly LoraFacts[];
  readonly scanning: boolean;
  readonly baseModel?: string;
}
