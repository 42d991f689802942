import { stat } from 'node:fs/promises';
import * as path from 'node:path';
import { createGraphReader } from '../library/graphModules';
import type { HashFileOptions } from '../library/hashes';
import { createModelHashes } from '../library/modelHashes';
import { readModel } from '../library/models';
import { isPickleName } from '../library/pickle';
import { walkFolder } from '../library/walk';
import type { ModelFacts, VaeFacts } from '../shared/facts';
import type { ModelSetting } from './config/configuration';
import { BUILT_IN } from './config/load';
import { createVaes, filesBeside, isNamedVae, withNearVaes } from './vaes';

/** The name under which prompts and configurations speak of the built-in model. */
export const BUILT_IN_MODEL = 'demo';

/** Base models, and the files their VAEs may be taken from. */
export interface ReadModels {
  readonly models: readonly ModelFacts[];
  readonly vaes: readonly VaeFacts[];
}

/** Models by their settings, read once each. */
export interface Models {
  /**
   * Facts about every configured model, then about every checkpoint in the folders, the built-in one last unless its
   * name was taken; and about the VAEs in the folders and in those called `VAE` beside them.
   * @param settings paths absolute; `builtin` stands for the built-in model's folder.
   * @param folders absolute
   */
  read(settings: Readonly<Record<string, ModelSetting>>, folders?: readonly string[]): Promise<ReadModels>;
  /** Hashes checkpoints and VAEs whole; true when anything new was learned. */
  hash(paths: readonly string[], options?: HashFileOptions): Promise<boolean>;
  clear(): void;
}

export interface ModelsOptions {
  /** Where hashes, and what graphs hold, are kept between runs. */
  readonly cachePath?: string | undefined;
  readonly log?: (message: string) => void;
}

export function createModels(builtInPath: string | undefined, options: ModelsOptions = {}): Models {
  const known = new Map<string, Promise<ModelFacts>>();
  const log = options.log ?? (() => undefined);
  const hashes = createModelHashes(options.cachePath, log);
  const graphs = createGraphReader(options.cachePath, log);
  const vaes = createVaes(hashes, stampOf);

  const readOne = async (name: string, setting: ModelSetting): Promise<ModelFacts> => {
    const stamp = setting.path === undefined ? '' : await stampOf(setting.path);
    const key = JSON.stringify([name, setting.path, setting.architecture, setting.vae, stamp]);
    let facts = known.get(key);
    if (!facts) {
      facts = readModel({ name, ...setting }, graphs);
      known.set(key, facts);
    }
    const read = await facts;
    if (read.format !== 'checkpoint' || read.path === undefined || read.problem) return read;
    const own = await hashes.known(read.path);
    return Object.keys(own).length > 0 ? { ...read, hashes: own } : read;
  };

  /** Every checkpoint below the folders, and the files that are none: LoRAs and VAEs may lie there too. */
  const inFolders = async (folders: readonly string[], taken: ReadonlyMap<string, ModelSetting>) => {
    const names = new Set([...taken.keys(), BUILT_IN_MODEL]);
    const paths = new Set([...taken.values()].map((setting) => setting.path));
    const found: Promise<ModelFacts>[] = [];
    const others: string[] = [];
    for (const folder of folders) {
      for (const file of (await walkFolder(folder)).files) {
        if (isNamedVae(file.path)) {
          others.push(file.path);
          continue;
        }
        // The first of a name counts, as with every list of folders.
        if (names.has(file.stem) || paths.has(file.path) || isNoCheckpoint(file.path)) continue;
        names.add(file.stem);
        found.push(readOne(file.stem, { path: file.path }));
      }
    }
    const facts = await Promise.all(found);
    const isModel = ({ modules = {}, problem }: ModelFacts) => problem || Object.keys(modules).length > 0;
    others.push(...facts.filter((one) => !isModel(one)).flatMap((one) => one.path ?? []));
    return { models: facts.filter(isModel), others };
  };

  return {
    async read(settings, folders = []) {
      const all = new Map<string, ModelSetting>();
      for (const [name, setting] of Object.entries(settings)) {
        if (setting.path !== BUILT_IN) all.set(name, setting);
        else if (builtInPath !== undefined) all.set(name, { ...setting, path: builtInPath });
      }
      const configured = await Promise.all([...all].map(([name, setting]) => readOne(name, setting)));
      const found = await inFolders(folders, all);
      const needsBuiltIn = builtInPath !== undefined && !all.has(BUILT_IN_MODEL);
      const builtIn = needsBuiltIn ? [await readOne(BUILT_IN_MODEL, { path: builtInPath })] : [];
      const files = [...found.others, ...(await filesBeside(folders))];
      const models = withNearVaes([...configured, ...found.models, ...builtIn], files);
      return { models, vaes: await vaes.read(files, models) };
    },
    async hash(paths, options) {
      let isNew = false;
      for (const file of paths) {
        if ((await hashes.known(file)).autoV2 !== undefined) continue;
        isNew = (await hashes.compute(file, options)) !== undefined || isNew;
      }
      return isNew;
    },
    clear() {
      known.clear();
      vaes.clear();
    },
  };
}

/** Pickles that are no Stable Diffusion checkpoints by their name: only `.ckpt` was used for those. */
function isNoCheckpoint(file: string): boolean {
  return isPickleName(file) && path.extname(file).toLowerCase() !== '.ckpt';
}

/** Changes when the file does. */
async function stampOf(file: string): Promise<string> {
  const stats = await stat(file).catch(() => undefined);
  return stats?.isFile() ? `${stats.size} ${stats.mtimeMs}` : '';
}

/** The folder with the built-in model's LoRAs. */
export function builtInLoras(builtInPath: string): string {
  return path.join(builtInPath, 'loras');
}

/** The folder with the built-in model's textual inversions. */
export function builtInEmbeddings(builtInPath: string): string {
  return path.join(builtInPath, 'embeddings');
}
