import * as path from 'node:path';
import type { Environment } from '../language/environment';
import type { Finding } from '../language/rules/rule';
import { lint } from '../language/rules/run';
import type { Document } from '../language/syntax/nodes';
import { parse } from '../language/syntax/parse';
import { readLockfile } from '../library/lockfile';
import { createMeasuredStore } from '../library/measured';
import type { LoraFacts } from '../shared/facts';
import {
  CONFIG_NAMES,
  type ConfigProblem,
  type Configuration,
  DEFAULT_CONFIGURATION,
} from './config/configuration';
import { createDiscovery, LOCK_NAME } from './config/discovery';
import { loadConfiguration } from './config/load';
import { createEffectiveConfigurations } from './effective';
import { type BuiltEnvironment, buildEnvironment } from './environment';
import { walkFiles } from './files';
import { createFit } from './fit';
import { createIgnoreFiles, IGNORE_NAMES } from './ignore';
import { createLibraries } from './libraries';
import { MAX_FILES_PER_FOLDER } from './limits';
import { createModels } from './models';
import { nodeFiles } from './nodeFiles';
import type { Project, ProjectOptions } from './projectTypes';
import { serverEnvironment } from './serverEnvironment';
import { createTokenCounters } from './tokens';

export type { MachineSettings, Project, ProjectOptions, ProjectStatus } from './projectTypes';

/** A configuration as loaded, with the lockfile that goes with it. */
interface Root {
  readonly configuration: Configuration;
  readonly lockfilePath?: string;
}

const READ_BY_NAME: ReadonlySet<string> = new Set([...CONFIG_NAMES, ...IGNORE_NAMES, LOCK_NAME]);

const PROMPT_ENDINGS = ['.sdprompt'];

/** Never entered in search of prompt files: huge, and nobody's prompts. */
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/** Builds the project. Nothing is read before the first question. */
export function createProject(options: ProjectOptions): Project {
  const files = options.files ?? nodeFiles;
  const log = options.log ?? (() => undefined);
  let machine = options.machine ?? {};
  let trusted = options.trusted;
  let server = options.server;

  const discovery = createDiscovery(files);
  const ignoreFiles = createIgnoreFiles(files, { gitignore: options.gitignore });
  const models = createModels(options.builtInModelPath, { cachePath: options.cachePath, log });
  const libraries = createLibraries({ cachePath: options.cachePath, watch: options.watch ?? false, log });
  const fit = createFit();
  const measured = createMeasuredStore(options.cachePath, log);
  const tokens = createTokenCounters(options.clipMergesPath ?? besideModel(options.builtInModelPath));
  const listeners = new Set<() => void>();
  const problems = new Map<string, readonly ConfigProblem[]>();

  let effective = createEffectiveConfigurations();
  let roots = new Map<string, Promise<Root>>();
  let environments = new Map<Configuration, Promise<BuiltEnvironment>>();
  /** Files and folders whose change makes something stale, beyond those known by their name. */
  let watched = new Set<string>();

  const changed = (): void => {
    environments = new Map();
    for (const listener of listeners) listener();
  };
  libraries.onDidChange(changed);
  const applyHashing = (): void =>
    libraries.hashInBackground((options.watch ?? false) && machine.hashInBackground !== false);
  applyHashing();

  async function rootOf(file: string): Promise<Root> {
    const found = options.configPath
      ? { config: options.configPath, lockfile: path.join(path.dirname(options.configPath), LOCK_NAME) }
      : await discovery.from(path.dirname(file));
    const key = `${found.config ?? ''}\0${found.lockfile ?? ''}`;
    let root = roots.get(key);
    if (!root) {
      root = loadRoot(found.config, found.lockfile);
      roots.set(key, root);
    }
    return root;
  }

  async function loadRoot(config: string | undefined, lockfilePath: string | undefined): Promise<Root> {
    if (config === undefined) {
      // Each root has a configuration object of its own, because environments are kept by it.
      return { configuration: { ...DEFAULT_CONFIGURATION }, ...(lockfilePath && { lockfilePath }) };
    }
    const configuration = await loadConfiguration(files, config, { trusted });
    for (const source of configuration.sources) {
      watched.add(source);
      problems.set(source, []);
    }
    for (const problem of configuration.problems) {
      problems.set(problem.file, [...(problems.get(problem.file) ?? []), problem]);
    }
    for (const entry of [
      ...configuration.stylePaths,
      ...configuration.wildcardPaths,
      ...configuration.embeddingPaths,
      ...configuration.modelPaths,
    ]) {
      watched.add(entry);
    }
    return { configuration, ...(lockfilePath && { lockfilePath }) };
  }

  async function lockfileOf(root: Root): Promise<readonly LoraFacts[] | undefined> {
    const text = root.lockfilePath === undefined ? undefined : await files.readText(root.lockfilePath);
    if (text === undefined || root.lockfilePath === undefined) return undefined;
    const read = readLockfile(text);
    if (read.ok) {
      problems.set(root.lockfilePath, []);
      return read.value;
    }
    const place = { file: root.lockfilePath, line: 1, column: 1, start: 0, end: 0 };
    problems.set(root.lockfilePath, [{ ...read.problem, ...place }]);
    return undefined;
  }

  async function built(file: string): Promise<BuiltEnvironment> {
    const root = await rootOf(file);
    const configuration = effective.of(root.configuration, file);
    let environment = environments.get(configuration);
    if (!environment) {
      environment = build(root, configuration);
      environments.set(configuration, environment);
      // A failure is not remembered: the next question tries again.
      environment.catch(() => environments.delete(configuration));
    }
    return environment;
  }

  async function build(root: Root, configuration: Configuration): Promise<BuiltEnvironment> {
    const result = await buildEnvironment(configuration, {
      files,
      libraries,
      models,
      fit,
      measured,
      tokens,
      machine,
      trusted,
      scanBudget: options.scanBudget ?? Number.POSITIVE_INFINITY,
      ...(options.builtInModelPath !== undefined && { builtInModelPath: options.builtInModelPath }),
      ...optionalLockfile(await lockfileOf(root)),
    });
    return server ? { ...result, environment: serverEnvironment(result.environment, server) } : result;
  }

  const configurationFor = async (file: string): Promise<Configuration> =>
    effective.of((await rootOf(file)).configuration, file);

  const environmentFor = async (file: string): Promise<Environment> => (await built(file)).environment;

  const isIgnored = async (file: string): Promise<boolean> =>
    ignoreFiles.isIgnored(file, (await configurationFor(file)).ignore);

  async function linterFor(file: string): Promise<(document: Document) => Finding[]> {
    const [configuration, environment] = await Promise.all([configurationFor(file), environmentFor(file)]);
    return (document) => lint(document, environment, configuration.rules);
  }

  const forget = (): void => {
    discovery.clear();
    ignoreFiles.clear();
    effective = createEffectiveConfigurations();
    roots = new Map();
    watched = new Set();
    changed();
  };

  return {
    configurationFor,
    environmentFor,
    settingsFor: async (file) => (await configurationFor(file)).rules,

    lintText: async (file, text) => (await linterFor(file))(parse(text)),
    lintDocument: async (file, document) => (await linterFor(file))(document),
    async linterFor(file) {
      const lintParsed = await linterFor(file);
      return (text) => lintParsed(parse(text));
    },

    isIgnored,

    promptFiles: (folder, endings = PROMPT_ENDINGS) =>
      walkFiles(
        files,
        folder,
        path.join,
        async (entry, kind) =>
          kind === 'folder'
            ? !SKIPPED_FOLDERS.has(path.basename(entry))
            : endings.some((ending) => entry.endsWith(ending)) && !(await isIgnored(entry)),
        MAX_FILES_PER_FOLDER,
      ),

    async statusFor(file) {
      const { environment, folders, ownFolders, scanning } = await built(
        file ?? path.resolve('untitled.sdprompt'),
      );
      return {
        folders,
        ownFolders,
        loras: environment.loras.all,
        scanning,
        ...(environment.baseModel && { baseModel: environment.baseModel.name }),
      };
    },

    configProblems: () => problems,

    fileChanged(file) {
      const below = [...watched].some((entry) => file === entry || file.startsWith(entry + path.sep));
      if (!below && !READ_BY_NAME.has(path.basename(file))) return false;
      problems.delete(file);
      forget();
      return true;
    },

    async hashLoras(file, hashing = {}) {
      await built(file);
      for (const library of libraries.all()) await library.hashAll(hashing);
    },

    async hashModels(paths, hashing) {
      if (await models.hash(paths, hashing)) changed();
    },

    async noteMeasured(model, loras, measurement) {
      await measured.add(model, loras, measurement);
      changed();
    },

    measuredBefore: (model, loras) => measured.find(model, loras),

    async refresh() {
      models.clear();
      await Promise.all(libraries.all().map((library) => library.refresh()));
      forget();
    },

    update(change) {
      const before = JSON.stringify([machine, trusted, server]);
      machine = change.machine ?? machine;
      trusted = change.trusted ?? trusted;
      if (change.server !== undefined) server = change.server ?? undefined;
      applyHashing();
      // Clients send their settings again and again, mostly the same ones.
      if (JSON.stringify([machine, trusted, server]) !== before) forget();
    },

    onDidChange(listener) {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },

    dispose() {
      listeners.clear();
      libraries.dispose();
    },
  };
}

/** The released vocabulary lies beside the built-in model. */
function besideModel(builtInModelPath: string | undefined): string | undefined {
  return builtInModelPath === undefined
    ? undefined
    : path.join(path.dirname(builtInModelPath), 'clip', 'merges.txt.gz');
}

function optionalLockfile(lockfile: readonly LoraFacts[] | undefined): { lockfile?: readonly LoraFacts[] } {
  return lockfile === undefined ? {} : { lockfile };
}
