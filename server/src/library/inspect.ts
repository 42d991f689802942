import { readdir } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import type { Result } from '../shared/problem';
import { readFileHeader } from './fileSource';
import { runLater } from './fileWork';
import { type Inspection, inspectTensors, structureOf } from './inspection';
import { readSidecars } from './metadata/sidecars';
import { ggufProblem, isGgufName, isPickleName, pickleProblem, sniff } from './pickle';
import { findSidecars, siblingsOf, sidecarTexts } from './sidecarFiles';

export { type HeaderJson, type Inspection, inspectHeader } from './inspection';

/**
 * Says what one file is and what for, from its header and its sidecars.
 *
 * Errors: `cannot-read`; `gguf-not-read` for a GGUF file, `pickle-not-read` for a pickle, which is never opened beyond its first bytes; else the rule of
 * the safetensors format that the header breaks.
 */
export async function inspectFile(path: string): Promise<Result<Inspection>> {
  if (isPickleName(path)) {
    const magic = await sniff(path);
    return magic.ok ? { ok: false, problem: pickleProblem(path) } : magic;
  }
  const header = await readFileHeader(path);
  if (!header.ok) {
    const magic = isGgufName(path) ? undefined : await sniff(path);
    return isGgufName(path) || (magic?.ok && magic.value === 'gguf')
      ? { ok: false, problem: ggufProblem(path) }
      : header;
  }
  const names = await readdir(dirname(path)).catch(() => []);
  const stem = basename(path, extname(path));
  const texts = await runLater(sidecarTexts(dirname(path), findSidecars(stem, siblingsOf(names))));
  return {
    ok: true,
    value: inspectTensors(
      path,
      header.value.metadata,
      structureOf(header.value.tensors),
      readSidecars(texts),
    ),
  };
}
