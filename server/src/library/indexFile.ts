import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoraFacts } from '../shared/facts';
import type { Problem, Result } from '../shared/problem';
import { readHeaderBytes, type ScratchPool } from './fileSource';
import { type Inspection, inspectTensors } from './inspection';
import { categoryOf } from './metadata/category';
import { MAX_SIDECAR_BYTES, readSidecars } from './metadata/sidecars';
import { isPickleName, pickleProblem } from './pickle';
import type { FileStamp } from './stamp';
import type { ReadHeader, StructureMemo } from './structureMemo';
import type { FoundFile } from './walk';

/** Rules that a file breaks while it is still being written. */
const UNFINISHED = new Set([
  'safetensors-header-too-small',
  'safetensors-header-length',
  'safetensors-incomplete',
  'safetensors-json',
  'safetensors-utf8',
  'cannot-read',
]);

/** True for a refusal that waiting may cure. */
export function mayBeUnfinished(facts: LoraFacts): boolean {
  return facts.status === 'broken' && UNFINISHED.has(facts.problem?.code ?? '');
}

/** What reading many files shares. */
export interface Indexing {
  readonly memo: StructureMemo;
  readonly scratch: ScratchPool;
  /** One copy of what many facts have in common. */
  readonly share: (facts: LoraFacts) => LoraFacts;
}

/** Reads one file's header and sidecars into facts. Never fails: a file that cannot be read is `broken`, with the reason. */
export async function indexFile(file: FoundFile, stamp: FileStamp, indexing: Indexing): Promise<LoraFacts> {
  const base: BaseFacts = {
    name: file.stem,
    path: file.path,
    relativePath: file.relativePath,
    source: 'file',
    ...(file.previewPath !== undefined && { previewPath: file.previewPath }),
    size: stamp.size,
    modified: stamp.modified,
  };
  if (isPickleName(file.path)) return unusable(base, 'unread', pickleProblem(file.path));
  const header = await readHeader(file.path, stamp.size, indexing);
  if (!header.ok) return unusable(base, 'broken', header.problem);
  const sidecars = readSidecars(await readTexts(file));
  const inspection = inspectTensors(file.path, header.value.metadata, header.value.structure, sidecars);
  const category = categoryOf(sidecars.tags ?? [], file.relativePath);
  return indexing.share(detached(factsOf(base, inspection, category)));
}

async function readHeader(
  path: string,
  size: number,
  { memo, scratch }: Indexing,
): Promise<Result<ReadHeader>> {
  const buffer = scratch.take();
  try {
    const bytes = await readHeaderBytes(path, { scratch: buffer, size });
    return bytes.ok ? memo.read(bytes.value) : bytes;
  } finally {
    scratch.give(buffer);
  }
}

type BaseFacts = Pick<
  LoraFacts,
  'name' | 'path' | 'relativePath' | 'source' | 'previewPath' | 'size' | 'modified'
>;

function unusable(base: BaseFacts, status: 'broken' | 'unread', problem: Problem): LoraFacts {
  return {
    ...base,
    status,
    problem,
    kind: status === 'unread' ? 'pickle' : 'broken',
    candidates: [],
    reason: problem.message,
    modules: {},
    triggerWords: [],
  };
}

function factsOf(base: BaseFacts, inspection: Inspection, category: string | undefined): LoraFacts {
  const { path: _path, metadata, problems, ...known } = inspection;
  const alias = metadata.ss_output_name;
  const shortHash = /^[\da-f]{12}/i.exec(metadata.sshs_model_hash ?? '')?.[0].toLowerCase();
  return {
    ...base,
    ...(alias !== undefined && alias !== '' && { alias: alias.slice(0, 500) }),
    status: inspection.kind === 'lora' ? 'ok' : 'other',
    ...known,
    ...(category !== undefined && { category }),
    ...(shortHash !== undefined && { hashes: { shortHash } }),
    ...(problems.length > 0 && { problems }),
  };
}

/** Short strings cut out of a header keep the whole header in memory; a copy does not. */
function detached(facts: LoraFacts): LoraFacts {
  return JSON.parse(JSON.stringify(facts)) as LoraFacts;
}

async function readTexts(file: FoundFile): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const { suffix, name } of file.sidecars) {
    const path = join(file.folder, name);
    const size = await stat(path).then(
      (stats) => stats.size,
      () => Number.POSITIVE_INFINITY,
    );
    if (size > MAX_SIDECAR_BYTES) continue;
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) texts.set(suffix, text);
  }
  return texts;
}
