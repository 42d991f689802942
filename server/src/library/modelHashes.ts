import { createHash } from 'node:crypto';
import { mkdir, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { LoraHashes } from '../shared/facts';
import { runLater, textOf } from './fileWork';
import { type HashFileOptions, hashFile } from './hashes';
import { parseObject } from './metadata/json';

type ModelHashesOf = Pick<LoraHashes, 'autoV1' | 'autoV2'>;

/** Hashes of base models: the short old one at once, the one of the whole file when it was ever computed. */
export interface ModelHashes {
  /** What is known without reading the file whole. */
  known(path: string): Promise<ModelHashesOf>;
  /** Reads the whole file, gigabytes of it, unless that was done before. Undefined when it cannot be read. */
  compute(path: string, options?: HashFileOptions): Promise<ModelHashesOf | undefined>;
}

/** The bytes the web UI's oldest model hash is taken from. */
const LEGACY_START = 0x100000;
const LEGACY_LENGTH = 0x10000;

/** @param cachePath folder where hashes are cached between runs; without it they are cached until the process ends. */
export function createModelHashes(
  cachePath: string | undefined,
  log: (message: string) => void,
): ModelHashes {
  const file = cachePath === undefined ? undefined : join(cachePath, 'model-hashes.json');
  let kept: Promise<Map<string, string>> | undefined;
  const all = () => {
    kept ??= readKept(file);
    return kept;
  };
  const keyOf = async (path: string) => {
    const stats = await stat(path).catch(() => undefined);
    return stats?.isFile() ? `${path}|${stats.size}|${stats.mtimeMs}` : undefined;
  };
  const keep = async (hashes: ReadonlyMap<string, string>) => {
    if (file === undefined || cachePath === undefined) return;
    try {
      await mkdir(cachePath, { recursive: true });
      await writeFileAtomic(file, JSON.stringify(Object.fromEntries(hashes)), { fsync: false });
    } catch (error) {
      log(`The hashes of models could not be kept in ${file}: ${String(error)}`);
    }
  };
  return {
    async known(path) {
      const key = await keyOf(path);
      if (key === undefined) return {};
      const autoV2 = (await all()).get(key);
      const autoV1 = await legacyHash(path);
      return { ...(autoV1 !== undefined && { autoV1 }), ...(autoV2 !== undefined && { autoV2 }) };
    },
    async compute(path, options) {
      const key = await keyOf(path);
      if (key === undefined) return undefined;
      const before = await this.known(path);
      if (before.autoV2 !== undefined) return before;
      const hashed = await hashFile(path, { ...options, tensorsToo: false });
      // A file that changed meanwhile has another hash by now.
      if (!hashed.ok || hashed.value.autoV2 === undefined || (await keyOf(path)) !== key) return undefined;
      const { autoV1, autoV2 } = hashed.value;
      const hashes = await all();
      hashes.set(key, autoV2);
      await keep(hashes);
      return { ...(autoV1 !== undefined && { autoV1 }), autoV2 };
    },
  };
}

async function readKept(file: string | undefined): Promise<Map<string, string>> {
  const text = file === undefined ? undefined : await runLater(textOf(file));
  const entries = Object.entries(parseObject(text) ?? {});
  return new Map(
    entries.filter((entry): entry is [string, string] => /^[0-9a-f]{10}$/.test(String(entry[1]))),
  );
}

async function legacyHash(path: string): Promise<string | undefined> {
  const handle = await open(path, 'r').catch(() => undefined);
  try {
    const bytes = Buffer.alloc(LEGACY_LENGTH);
    const read = await handle?.read(bytes, 0, LEGACY_LENGTH, LEGACY_START);
    if (!read) return undefined;
    return createHash('sha256').update(bytes.subarray(0, read.bytesRead)).digest('hex').slice(0, 8);
  } catch {
    return undefined;
  } finally {
    await handle?.close();
  }
}
