import { statSync } from 'node:fs';
import type { PlanLora } from '../../shared/plan';
import { failure, type Result, success } from '../../shared/problem';
import type { AppliedLora } from '../lora/assign';
import { type LoraFile, openLoraFile } from '../lora/loraFile';

/** Factors of files that the current plan does not use are kept up to this many bytes. */
const KEEP_BYTES = 512 * 2 ** 20;

export type LoraCache = ReturnType<typeof createLoraCache>;

/** Open network files, kept between jobs: going back to a LoRA reads nothing. */
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
    /** Closes the files longest unused while more than the limit is kept. */
    trim(inUse: readonly AppliedLora[]): void {
      const used = new Set(inUse.map((lora) => lora.file));
      let kept = [...files.values()].reduce((sum, file) => sum + file.kept, 0);
      for (const [identity, file] of files) {
        if (kept <= KEEP_BYTES && files.size <= 32) break;
        if (used.has(file)) continue;
        kept -= file.kept;
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
