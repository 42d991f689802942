import { statSync } from 'node:fs';
import type { PlanLora } from '../../shared/plan';
import { failure, type Result, success } from '../../shared/problem';
import type { AppliedLora } from './assign';
import { type LoraFile, openLoraFile } from './loraFile';

/** Most files that are open, of those a plan does not use as well. */
const MOST_OPEN = 32;

export type LoraCache = ReturnType<typeof createLoraCache>;

/** Open network files, kept between jobs: going back to a LoRA reads its factors alone, and those only if they were let go. */
export function createLoraCache() {
  /** Oldest use first. */
  const files = new Map<string, LoraFile>();

  const open = (path: string): Result<LoraFile> => {
    let identity = path;
    try {
      const { mtimeMs, size } = statSync(path);
      identity = `${path}|${mtimeMs}|${size}`;
    } catch {
      // Opening says what is wrong.
    }
    const known = files.get(identity);
    if (known) {
      files.delete(identity);
      files.set(identity, known);
      return success(known);
    }
    const opened = openLoraFile(path, identity);
    if (opened.ok) files.set(identity, opened.value);
    return opened;
  };

  return {
    /** Opens the files of a plan. Fails with the first file's problem, its LoRA named. */
    openAll(loras: readonly PlanLora[]): Result<AppliedLora[]> {
      const applied: AppliedLora[] = [];
      for (const { name, path, te, unet, dyn } of loras) {
        const file = open(path);
        if (!file.ok) {
          const { code, message, remedy } = file.problem;
          return failure(code, `The LoRA ${name} cannot be used: ${message}`, remedy);
        }
        applied.push({ name, file: file.value, te, unet, dyn });
      }
      return success(applied);
    },
    /** Closes the files longest unused while more than the limit are open. */
    trim(inUse: readonly AppliedLora[]): void {
      const used = new Set(inUse.map((lora) => lora.file));
      for (const [identity, file] of files) {
        if (files.size <= MOST_OPEN) break;
        if (used.has(file)) continue;
        file.close();
        files.delete(identity);
      }
    },
    close(): void {
      for (const file of files.values()) file.close();
      files.clear();
    },
  };
}
