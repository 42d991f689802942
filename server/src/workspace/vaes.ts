import { readdir } from 'node:fs/promises';
import * as path from 'node:path';
import { tensorsOf, vaeTensors } from '../formats/checkpoint';
import { readFileHeader } from '../library/fileSource';
import type { ModelHashes } from '../library/modelHashes';
import { isPickleName, pickleProblem } from '../library/pickle';
import { walkFolder } from '../library/walk';
import type { ModelFacts, VaeFacts } from '../shared/facts';

/** A file that says in its name that it is a VAE, as the web UI wants those that lie among checkpoints. */
export function isNamedVae(file: string): boolean {
  return /\.vae\.[^.]+$/i.test(file);
}

/**
 * The files in folders called `VAE` beside the given ones, where the web UI and ComfyUI keep them. A folder that cannot
 * be read counts as empty.
 */
export async function filesBeside(folders: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const parent of new Set(folders.map((folder) => path.dirname(folder)))) {
    const names = await readdir(parent).catch(() => []);
    for (const name of names.filter((entry) => /^vae$/i.test(entry)))
      found.push(...(await walkFolder(path.join(parent, name))).files.map((file) => file.path));
  }
  return found;
}

/** Reads what is known about VAE files. Headers are read once for every state of a file. */
export interface Vaes {
  /**
   * The VAEs among `files`, then those that models are set up with, each name once.
   * @param files absolute
   */
  read(files: readonly string[], models: readonly ModelFacts[]): Promise<VaeFacts[]>;
  clear(): void;
}

/** @param stampOf text that changes when the file does */
export function createVaes(hashes: ModelHashes, stampOf: (file: string) => Promise<string>): Vaes {
  const known = new Map<string, Promise<boolean>>();
  const holdsVae = async (file: string): Promise<boolean> => {
    const key = `${file}|${await stampOf(file)}`;
    let found = known.get(key);
    if (!found) {
      found = readsAsVae(file);
      known.set(key, found);
    }
    return found;
  };
  return {
    async read(files, models) {
      const found = new Map<string, VaeFacts>();
      const add = async (file: string, isCertain: boolean) => {
        const name = path.basename(file);
        if (found.has(name)) return;
        if (isPickleName(file)) found.set(name, { name, path: file, problem: pickleProblem(file) });
        else if (isCertain || (await holdsVae(file))) {
          const { autoV2 } = await hashes.known(file);
          found.set(name, { name, path: file, ...(autoV2 !== undefined && { hashes: { autoV2 } }) });
        }
      };
      for (const { vae } of models) if (vae !== undefined) await add(vae, true);
      for (const file of files) await add(file, false);
      return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    clear: () => known.clear(),
  };
}

async function readsAsVae(file: string): Promise<boolean> {
  const header = await readFileHeader(file);
  return header.ok && vaeTensors(tensorsOf(file, header.value)).size > 0;
}

/**
 * Models with the VAE that lies beside them as `NAME.vae.safetensors`, which the web UI takes instead of their own unless it
 * is told otherwise.
 */
export function withNearVaes(models: readonly ModelFacts[], files: readonly string[]): ModelFacts[] {
  const near = new Map(
    files.filter((file) => isNamedVae(file) && !isPickleName(file)).map((file) => [nearKey(file), file]),
  );
  return models.map((model) => {
    if (model.format !== 'checkpoint' || model.path === undefined || model.vae !== undefined) return model;
    const vae = near.get(`${path.basename(model.path, path.extname(model.path))}.vae`);
    return vae === undefined ? model : { ...model, vae };
  });
}

function nearKey(file: string): string {
  return path.basename(file, path.extname(file));
}
