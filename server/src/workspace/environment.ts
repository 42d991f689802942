import * as path from 'node:path';
import { createWildcardLookup, createWildcardMatcher } from '../language/dialects/dynamic/wildcards';
import type { Environment, LoraLookup } from '../language/environment';
import type { Library } from '../library/library';
import type { MeasuredStore } from '../library/measured';
import { createLookup } from '../library/resolve';
import type { LoraFacts, ModelFacts } from '../shared/facts';
import type { WildcardCollection } from '../shared/wildcards';
import type { Configuration, ModelSetting } from './config/configuration';
import { BUILT_IN } from './config/load';
import { listEmbeddings } from './embeddings';
import type { Files } from './files';
import type { CountFit } from './fit';
import { type Libraries, scanned } from './libraries';
import { BUILT_IN_MODEL, builtInEmbeddings, builtInLoras, type Models } from './models';
import type { MachineSettings } from './projectTypes';
import { parseStyles } from './styles';
import type { TokenCounters } from './tokens';
import { readWildcards } from './wildcards';

/** What an environment is built from. */
export interface EnvironmentSources {
  readonly files: Files;
  readonly libraries: Libraries;
  readonly models: Models;
  readonly machine: MachineSettings;
  readonly trusted: boolean;
  readonly builtInModelPath?: string;
  readonly scanBudget: number;
  readonly fit: CountFit;
  readonly measured: MeasuredStore;
  readonly tokens: TokenCounters;
  /** Entries of the lockfile that goes with the configuration. */
  readonly lockfile?: readonly LoraFacts[];
}

/** An environment with what the status line wants to know about it. */
export interface BuiltEnvironment {
  readonly environment: Environment;
  readonly folders: readonly string[];
  /** The folders that somebody has named, whether they exist or not. */
  readonly ownFolders: readonly string[];
  readonly scanning: boolean;
}

/** Collects everything the language may look at for the files of one configuration. */
export async function buildEnvironment(
  configuration: Configuration,
  sources: EnvironmentSources,
): Promise<BuiltEnvironment> {
  const { files, trusted } = sources;
  const machine = trusted ? sources.machine : {};
  const configured = trusted ? configuration : withoutPaths(configuration);

  const library = await collectLoras(configured, machine, sources);
  const settings = { ...machine.models, ...configured.models };
  const modelPaths = [...configured.modelPaths, ...(machine.modelPaths ?? [])];
  const { models, vaes } = await sources.models.read(settings, modelPaths);
  const embeddingPaths = [...configured.embeddingPaths, ...(machine.embeddingPaths ?? [])];
  const shippedEmbeddings =
    sources.builtInModelPath === undefined ? [] : [builtInEmbeddings(sources.builtInModelPath)];
  const styles: string[] = [];
  for (const file of configured.stylePaths) styles.push((await files.readText(file)) ?? '');
  const base = baseModel(configuration, machine, models, settings, library.ownFolders);

  const environment: Environment = {
    target: configuration.target,
    loras: library.lookup,
    // The built-in ones first: a file of the same name takes their place.
    embeddings: await listEmbeddings(files, [...shippedEmbeddings, ...embeddingPaths]),
    embeddingsKnown: embeddingPaths.length > 0,
    models,
    vaes,
    ...optional('baseModel', base),
    styles: styles.flatMap(parseStyles),
    ...(configured.wildcardPaths.length > 0 &&
      wildcardEntries(await readWildcards(files, configured.wildcardPaths))),
    dynamicPrompts: configuration.dynamicPrompts,
    ...(configuration.missingLoras && { missingLoras: configuration.missingLoras }),
    ...optional('lockfile', sources.lockfile),
    ...optional('countTokens', sources.tokens.of(base)),
    fit: sources.fit,
    ...optional(
      'measured',
      trusted ? await sources.measured.lookup(base ? [...models, base] : models) : undefined,
    ),
  };
  const { folders, ownFolders, scanning } = library;
  return { environment, folders, ownFolders, scanning };
}

function wildcardEntries(
  collections: readonly WildcardCollection[],
): Pick<Environment, 'wildcards' | 'readWildcard' | 'findWildcards'> {
  return {
    wildcards: collections.map(({ name }) => name).sort(),
    readWildcard: createWildcardLookup(collections),
    findWildcards: createWildcardMatcher(collections),
  };
}

/** The configuration of a repository nobody vouched for: its words count, its paths do not. */
function withoutPaths(configuration: Configuration): Configuration {
  const models = Object.entries(configuration.models).map(([name, model]): [string, ModelSetting] => [
    name,
    {
      ...optional('path', model.path === BUILT_IN ? BUILT_IN : undefined),
      ...optional('architecture', model.architecture),
    },
  ]);
  return {
    ...configuration,
    loraPaths: configuration.loraPaths.filter((entry) => entry === BUILT_IN),
    embeddingPaths: [],
    wildcardPaths: [],
    stylePaths: [],
    modelPaths: [],
    models: Object.fromEntries(models),
  };
}

interface CollectedLoras {
  readonly lookup: LoraLookup;
  /** Every folder searched, in order of precedence. */
  readonly folders: readonly string[];
  /** The folders that are the user's or the repository's, whether they exist or not. */
  readonly ownFolders: readonly string[];
  readonly scanning: boolean;
}

/**
 * The LoRAs a file may name. Configured folders come first; the built-in model's own LoRAs are always there but
 * come after every other file of their name, and an unknown name is a finding only where somebody said where LoRAs are.
 * Where a configured folder does not exist (a laptop without the drive, a CI machine) the lockfile's entries stand in
 * for the files that are not there.
 */
async function collectLoras(
  configuration: Configuration,
  machine: MachineSettings,
  sources: EnvironmentSources,
): Promise<CollectedLoras> {
  const wanted = [...new Set([...configuration.loraPaths, ...(machine.loraPaths ?? [])])];
  const ownFolders = wanted.filter((entry) => entry !== BUILT_IN);
  const present: string[] = [];
  for (const folder of ownFolders) {
    if ((await sources.files.kind(folder)) === 'folder') present.push(folder);
  }

  let scanning = false;
  const lockfile = sources.lockfile ?? [];
  const read = async (folders: readonly string[]): Promise<readonly LoraFacts[]> => {
    if (folders.length === 0) return [];
    const library = sources.libraries.of(folders);
    scanning = !(await scanned(library, sources.scanBudget)) || scanning;
    await hashPinned(library, lockfile, sources);
    return library.all();
  };
  const builtInFolder =
    sources.builtInModelPath === undefined ? undefined : builtInLoras(sources.builtInModelPath);
  // Folders that do not exist yet are given to the library too: it notices when they appear.
  const own = await read(ownFolders);
  const shipped = await read(builtInFolder === undefined ? [] : [builtInFolder]);
  const wantsShipped = wanted.includes(BUILT_IN);
  const standIn = sources.lockfile !== undefined && present.length < Math.max(1, ownFolders.length);
  const locked = standIn ? withoutNamesOf(lockfile, wantsShipped ? [...own, ...shipped] : own) : [];
  const builtIn = withoutNamesOf(shipped, [...own, ...locked]);
  const folders = builtInFolder === undefined ? present : [...present, builtInFolder];

  // As a reader of the repository would write it, so that messages are the same on every machine.
  const show = (folder: string): string => {
    const relative =
      configuration.folder === undefined ? folder : path.relative(configuration.folder, folder);
    return relative.startsWith('..') || path.isAbsolute(relative)
      ? folder
      : relative.split(path.sep).join('/') || '.';
  };
  const said = present.length > 0 || wantsShipped;
  const known = scanning ? 'nothing' : said ? 'files' : standIn ? 'lockfile' : 'nothing';
  const searched = standIn
    ? ['sdprompt.lock.json', ...present.map(show)]
    : [...present.map(show), ...(wantsShipped ? [BUILT_IN] : [])];
  return {
    // Where two files claim one name, the web UI takes the one it reads last.
    lookup: { ...createLookup([...builtIn, ...locked, ...own], configuration.target, known), searched },
    folders,
    ownFolders,
    scanning,
  };
}

/**
 * Hashes the files that the lockfile pins, so that a swapped one is noticed, and those that may be a pinned file under
 * another name. It reads them whole, so an editor does not wait for it.
 */
async function hashPinned(
  library: Library,
  lockfile: readonly LoraFacts[],
  sources: EnvironmentSources,
): Promise<void> {
  if (lockfile.length === 0) return;
  const isAwaited = sources.scanBudget === Number.POSITIVE_INFINITY;
  const pinned = new Set(lockfile.map(({ file: { name } }) => name));
  const present = new Set(library.all().map(({ file: { name } }) => name));
  const gone = lockfile.filter(({ file: { name } }) => !present.has(name));
  const maybe = library.all().filter((lora) => gone.some((entry) => mayBe(entry, lora)));
  const total = maybe.reduce((sum, { file: { size } }) => sum + (size ?? 0), 0);
  const wanted = new Set(
    isAwaited && total > MAX_AWAITED_BYTES ? [] : maybe.map(({ file: { path } }) => path),
  );
  const hashing = library.hashAll({
    only: ({ file: { name, path } }) => pinned.has(name) || wanted.has(path),
  });
  if (isAwaited) await hashing;
  else hashing.catch(() => undefined);
}

/** What may be read in search of renamed files while somebody waits, bytes: a few seconds. */
const MAX_AWAITED_BYTES = 2 * 1024 ** 3;

function mayBe(entry: LoraFacts, lora: LoraFacts): boolean {
  return (
    entry.network.rank === lora.network.rank &&
    entry.network.networkType === lora.network.networkType &&
    entry.network.candidates.join() === lora.network.candidates.join()
  );
}

/** The entries of a list whose names nobody in `first` has. */
function withoutNamesOf(list: readonly LoraFacts[], first: readonly LoraFacts[]): LoraFacts[] {
  const taken = new Set(first.map(({ file: { name } }) => name));
  return list.filter(({ file: { name } }) => !taken.has(name));
}

/**
 * The model that counts for a block without `Model:`. Without any word about it: the only configured model, or the
 * built-in one for somebody who has configured nothing at all; with LoRAs of their own but no model, none, because
 * calling every LoRA unfit for the built-in model would help nobody.
 */
function baseModel(
  configuration: Configuration,
  machine: MachineSettings,
  models: readonly ModelFacts[],
  settings: Readonly<Record<string, ModelSetting>>,
  ownFolders: readonly string[],
): ModelFacts | undefined {
  const configured = Object.keys(settings);
  const name =
    configuration.baseModel ??
    machine.baseModel ??
    (configured.length === 1
      ? configured[0]
      : configured.length === 0 && ownFolders.length === 0
        ? BUILT_IN_MODEL
        : undefined);
  if (name === undefined) return undefined;
  const found = models.find((model) => model.name === name);
  if (found || name === BUILT_IN_MODEL) return found;
  return {
    name,
    format: 'declared',
    source: 'baseModel',
    problem: {
      code: 'unknown-base-model',
      message: `The base model \`${name}\` is not among the configured models.`,
      remedy: `Add it to \`models\`, or choose one of ${models.map((model) => `\`${model.name}\``).join(', ')}.`,
    },
  };
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value });
}
