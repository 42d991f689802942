import { createHash } from 'node:crypto';
import { mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { LoraFacts, ModelFacts } from '../shared/facts';
import type {
  BlockOverlap,
  KnownBlock,
  KnownChanges,
  MeasuredLookup,
  Measurement,
} from '../shared/measurement';
import { runLater, textOf } from './fileWork';
import { asObject, parseObject } from './metadata/json';

/** How much networks change models, cached between runs: measuring reads a whole model, which a lint must not. */
export interface MeasuredStore {
  /** What is known of the given models; undefined when that is nothing. */
  lookup(models: readonly ModelFacts[]): Promise<MeasuredLookup | undefined>;
  /** The complete measurement of some files and a model, by their paths; undefined when a part of it is missing. */
  find(model: string, loras: readonly string[]): Promise<KnownChanges | undefined>;
  /** Keeps a measurement of files, all at weight 1, in the order they were given to it. */
  add(model: string, loras: readonly string[], measurement: Measurement): Promise<void>;
}

const VERSION = 2;
/** Entries cached of each kind; the oldest are evicted first. */
const MAX_ENTRIES = 4_000;

type Changes = Map<string, readonly KnownBlock[]>;
type Overlaps = Map<string, readonly BlockOverlap[]>;

interface Kept {
  readonly changes: Changes;
  readonly overlaps: Overlaps;
}

/** @param cachePath folder of the cache; without it what was measured lasts as long as the process. */
export function createMeasuredStore(
  cachePath: string | undefined,
  log: (message: string) => void,
): MeasuredStore {
  const file = cachePath === undefined ? undefined : path.join(cachePath, 'measured.json');
  let kept: Kept = { changes: new Map(), overlaps: new Map() };
  let stamp = '';

  /** Another process may have written: the file is read again when it changed. */
  const refresh = async () => {
    if (file === undefined) return;
    const stats = await stat(file).catch(() => undefined);
    const now = stats ? `${stats.size} ${stats.mtimeMs}` : '';
    if (now === stamp) return;
    stamp = now;
    kept = readKept(await runLater(textOf(file)));
  };

  return {
    async lookup(models) {
      await refresh();
      if (kept.changes.size === 0) return undefined;
      const { changes, overlaps } = kept;
      const keys = new Map<ModelFacts, string>();
      for (const model of models) {
        const key = model.path === undefined ? undefined : await modelKey(model.path);
        if (key !== undefined) keys.set(model, key);
      }
      return {
        change(lora, model) {
          const [own, of] = [keyOf(lora), keys.get(model)];
          return own === undefined || of === undefined ? undefined : changes.get(`${own}\n${of}`);
        },
        overlap(first, second, model) {
          const [a, b, of] = [keyOf(first), keyOf(second), keys.get(model)];
          if (a === undefined || b === undefined || of === undefined) return undefined;
          return overlaps.get(pairKey(a, b, of));
        },
      };
    },

    async find(model, loras) {
      const of = await modelKey(model);
      const keys = await Promise.all(loras.map(fileKey));
      await refresh();
      const { changes, overlaps } = kept;
      const found = keys.map((key) => changes.get(`${key}\n${of}`));
      const pairs = keys.flatMap((a, first) =>
        keys.flatMap((b, second) =>
          second <= first
            ? []
            : [{ first, second, overlaps: overlaps.get(pairKey(`${a}`, `${b}`, `${of}`)) }],
        ),
      );
      if (found.includes(undefined) || pairs.some((pair) => !pair.overlaps)) return undefined;
      return { loras: found.map((blocks) => ({ blocks })), pairs } as KnownChanges;
    },

    async add(model, loras, { loras: measured, pairs }) {
      const of = await modelKey(model);
      if (of === undefined) return;
      const keys = await Promise.all(loras.map(fileKey));
      await refresh();
      const { changes, overlaps } = kept;
      measured.forEach(({ blocks }, index) => {
        const own = keys[index];
        const entry = blocks.map(({ ratio: _, ...block }) => block);
        if (own !== undefined) putLast(changes, `${own}\n${of}`, entry);
      });
      for (const [first, a] of keys.entries())
        for (const [second, b] of keys.entries()) {
          if (second <= first || a === undefined || b === undefined) continue;
          // Two that were measured together and share nothing have no pair: that is known too.
          const pair = pairs.find((one) => one.first === first && one.second === second);
          putLast(overlaps, pairKey(a, b, of), pair?.overlaps ?? []);
        }
      if (file === undefined || cachePath === undefined) return;
      try {
        await mkdir(cachePath, { recursive: true });
        const whole = { version: VERSION, changes: [...changes], overlaps: [...overlaps] };
        await writeFileAtomic(file, JSON.stringify(whole), { fsync: false });
        stamp = '';
      } catch (error) {
        log(`What was measured could not be kept in ${file}: ${String(error)}`);
      }
    },
  };
}

function putLast<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= MAX_ENTRIES) break;
    map.delete(oldest);
  }
}

function pairKey(a: string, b: string, model: string): string {
  return `${a < b ? `${a}\n${b}` : `${b}\n${a}`}\n${model}`;
}

/** The key of a file as the library has looked at it. */
function keyOf({ file: { path: file, size, modified } }: LoraFacts): string | undefined {
  return file === undefined || size === undefined || modified === undefined
    ? undefined
    : `${file}|${size}|${modified}`;
}

async function fileKey(file: string): Promise<string | undefined> {
  const stats = await stat(file).catch(() => undefined);
  return stats && `${file}|${stats.size}|${Math.round(stats.mtimeMs)}`;
}

/** Folders of a model whose files hold the weights that networks change. */
const PARTS = ['unet', 'text_encoder', 'text_encoder_2'];

/** Changes when any file of the model's denoiser or text encoders does. */
async function modelKey(model: string): Promise<string | undefined> {
  const stats = await stat(model).catch(() => undefined);
  if (!stats) return undefined;
  if (stats.isFile()) return fileKey(model);
  const stamps: string[] = [];
  for (const part of PARTS) {
    const names = await readdir(path.join(model, part)).catch(() => []);
    for (const name of names.sort()) stamps.push((await fileKey(path.join(model, part, name))) ?? '');
  }
  return `${model}|${createHash('sha1').update(stamps.join('\n')).digest('hex').slice(0, 16)}`;
}

/** A file that is missing, damaged or of another version holds nothing. */
function readKept(text: string | undefined): Kept {
  const whole = parseObject(text);
  const read = <T>(value: unknown, isOne: (one: Record<string, unknown>) => boolean) => {
    const list = whole?.version === VERSION && Array.isArray(value) ? value : [];
    const entries = list.filter(
      (entry) =>
        Array.isArray(entry) &&
        typeof entry[0] === 'string' &&
        Array.isArray(entry[1]) &&
        entry[1].every((one: unknown) => isOne(asObject(one) ?? {})),
    );
    return new Map(entries as [string, readonly T[]][]);
  };
  const isBlock = ({ block }: Record<string, unknown>) => typeof block === 'string';
  return {
    changes: read<KnownBlock>(
      whole?.changes,
      (one) =>
        isBlock(one) &&
        [one.change, one.base, one.touched, one.modules].every((value) => Number.isFinite(value)),
    ),
    overlaps: read<BlockOverlap>(whole?.overlaps, (one) => isBlock(one) && Number.isFinite(one.dot)),
  };
}
