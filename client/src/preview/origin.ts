import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import * as path from 'node:path';
import type { GenerationPlan, PlanModel } from '../../../server/src/shared/plan';

/** What a picture was made from besides its text: enough to see whether it would be the same one today. */
export interface PictureOrigin {
  /** Digest of the whole plan. */
  readonly plan: string;
  /** Size and time of every file that went into it, by path; empty for one that is not there. */
  readonly files: Readonly<Record<string, string>>;
  readonly seed: number;
  /** The model that was asked for instead of the block's own. */
  readonly model?: string;
}

/** Looks at the files of a plan and notes what a picture is about to be made from. */
export async function originOf(plan: GenerationPlan, model: string | undefined): Promise<PictureOrigin> {
  return {
    plan: planDigest(plan),
    files: await stampsOf(filesOf(plan)),
    seed: plan.parameters.seed,
    ...(model !== undefined && { model }),
  };
}

/** Equal for plans that give the same picture from the same files. Names and hashes that are merely noted do not count. */
export function planDigest(plan: GenerationPlan): string {
  const text = JSON.stringify(plan, (key, value: unknown) =>
    key === 'infotext' || key === 'hash' ? undefined : value,
  );
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Every file or folder that a plan reads, each once. */
export function filesOf({ model, loras, embeddings, init, hires, refiner }: GenerationPlan): string[] {
  const models: readonly (PlanModel | undefined)[] = [model, hires?.model, refiner?.model];
  const files = [
    ...models.flatMap((one) => [one?.path, one?.vae]),
    ...[loras, hires?.loras ?? [], refiner?.loras ?? [], embeddings ?? []].flat().map((one) => one.path),
    init?.path,
  ];
  return [...new Set(files.filter((file) => file !== undefined))];
}

/** Files of a model's folder that are looked at; exported models have some dozens. */
const MAX_FILES = 500;

/** Size and time of files, a folder's by all that is in it. */
export async function stampsOf(files: readonly string[]): Promise<Record<string, string>> {
  const stamps = await Promise.all(files.map(async (file) => [file, await stampOf(file)] as const));
  return Object.fromEntries(stamps);
}

async function stampOf(file: string): Promise<string> {
  const stats = await stat(file).catch(() => undefined);
  if (!stats?.isDirectory()) return stats ? `${stats.size} ${stats.mtimeMs}` : '';
  const entries = await readdir(file, { recursive: true, withFileTypes: true }).catch(() => []);
  const inside = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
    .slice(0, MAX_FILES);
  const stamps = await Promise.all(inside.map(stampOf));
  const digest = createHash('sha256');
  for (const [index, name] of inside.entries())
    digest.update(`${path.relative(file, name)} ${stamps[index]}\n`);
  return digest.digest('hex').slice(0, 32);
}

/** What is known now about a picture's block and files. */
export interface PictureNow {
  /** The block's text is still somewhere in its document. */
  readonly hasText: boolean;
  readonly files: Readonly<Record<string, string>>;
  /** Digest of the plan the block has now; `none` where there is none any more; undefined where nobody can say. */
  readonly plan: string | 'none' | undefined;
}

/** Why a picture would not come out the same again, as a short sentence; undefined when it would. */
export function outdatedBecause(origin: PictureOrigin, now: PictureNow): string | undefined {
  if (!now.hasText) return TEXT_CHANGED;
  const changed = Object.keys(origin.files).filter((file) => now.files[file] !== origin.files[file]);
  const [first] = changed;
  if (first !== undefined)
    return changed.length === 1
      ? `${path.basename(first)} has changed since`
      : `${changed.length} of its files have changed since`;
  if (now.plan === 'none') return 'Something it was made with is missing now';
  return now.plan === undefined || now.plan === origin.plan ? undefined : 'Settings have changed since';
}

export const TEXT_CHANGED = 'The prompt has changed since';

/** Guards what comes back out of a window's memory. */
export function isOrigin(value: unknown): value is PictureOrigin {
  if (typeof value !== 'object' || value === null) return false;
  const { plan, files, seed, model } = value as Record<string, unknown>;
  return (
    typeof plan === 'string' &&
    Number.isFinite(seed) &&
    (model === undefined || typeof model === 'string') &&
    typeof files === 'object' &&
    files !== null &&
    Object.values(files).every((stamp) => typeof stamp === 'string')
  );
}
