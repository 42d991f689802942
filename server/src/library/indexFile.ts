import { readFileSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoraFacts } from '../shared/facts';
import type { Problem, Result } from '../shared/problem';
import type { Common, Own } from './common';
import type { Drive } from './drive';
import { type HeaderBytes, readHeaderBytes, readHeaderBytesNow, type Scratch } from './fileSource';
import { notedHash } from './hashes';
import { drawFacts } from './inspection';
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

/** Facts in two parts: what other files probably share, and what is the file's own. */
export interface FactParts {
  readonly common: Common;
  readonly own: Own;
}

/** True for a refusal that waiting may cure. */
export function mayBeUnfinished({ common, own }: FactParts): boolean {
  return common.status === 'broken' && UNFINISHED.has(own.problem?.code ?? '');
}

/** What reading many files shares. */
export interface Indexing {
  readonly memo: StructureMemo;
  readonly scratch: Scratch;
}

/** Reads one file's header and sidecars into facts. Never fails: a file that cannot be read is `broken`, with the reason. */
export async function indexFile(
  file: FoundFile,
  stamp: FileStamp,
  drive: Drive,
  indexing: Indexing,
): Promise<FactParts> {
  const place: Place = {
    name: file.stem,
    path: file.path,
    relativePath: file.relativePath,
    source: 'file',
    previewPath: file.previewPath,
    size: stamp.size,
    modified: stamp.modified,
  };
  if (isPickleName(file.path)) return unusable(place, 'unread', pickleProblem(file.path));
  const header = await readHeader(file.path, stamp.size, drive, indexing);
  if (!header.ok) return unusable(place, 'broken', header.problem);
  const { metadata, structure } = header.value;
  const sidecars = readSidecars(await readTexts(file, drive));
  const drawn = drawFacts(metadata, structure, sidecars);
  const shortHash = notedHash(metadata);
  const { problems } = drawn;
  return {
    common: {
      ...drawn,
      status: drawn.kind === 'lora' ? 'ok' : 'other',
      category: categoryOf(sidecars.tags ?? [], file.relativePath),
      problems: problems.length > 0 ? problems : undefined,
    },
    own: {
      ...place,
      ...detached({
        alias: metadata.ss_output_name?.slice(0, MAX_ALIAS) || undefined,
        triggerWords: drawn.triggerWords,
        preferredWeight: drawn.preferredWeight,
        description: shorten(drawn.description),
        negativeText: drawn.negativeText,
        notes: drawn.notes,
        embeddings: drawn.embeddings,
        hashes: shortHash === undefined ? undefined : { shortHash },
      }),
    },
  };
}

/** Reads and judges within one question, so that direct readings share one buffer and patient ones a few. */
async function readHeader(
  path: string,
  size: number,
  drive: Drive,
  { memo, scratch }: Indexing,
): Promise<Result<ReadHeader>> {
  const judge = (read: Result<HeaderBytes>) => (read.ok ? memo.read(read.value) : read);
  return drive.ask(
    () => scratch.lend((buffer) => judge(readHeaderBytesNow(path, { scratch: buffer, size }))),
    () => scratch.lend(async (buffer) => judge(await readHeaderBytes(path, { scratch: buffer, size }))),
  );
}

type Place = Pick<
  LoraFacts,
  'name' | 'path' | 'relativePath' | 'source' | 'previewPath' | 'size' | 'modified'
>;

function unusable(place: Place, status: 'broken' | 'unread', problem: Problem): FactParts {
  const kind = status === 'unread' ? 'pickle' : 'broken';
  return {
    common: { status, kind, candidates: [], reason: problem.message, modules: {} },
    own: { ...place, problem: detached(problem), triggerWords: [] },
  };
}

/** Short texts cut out of a header keep the whole header in memory; copies do not. */
function detached<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

const MAX_ALIAS = 500;
/** Longest description in an index of thousands, characters: what a hover shows of it. `inspect` shows all. */
const INDEXED_DESCRIPTION = 700;

function shorten(text: string | undefined): string | undefined {
  return text === undefined || text.length <= INDEXED_DESCRIPTION
    ? text
    : `${text.slice(0, INDEXED_DESCRIPTION - 1)}…`;
}

/** Texts of a file's sidecars by suffix; one that is too large or unreadable counts as absent. */
async function readTexts(file: FoundFile, drive: Drive): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const { suffix, name } of file.sidecars) {
    const path = join(file.folder, name);
    const text = await drive.ask(
      () => readTextNow(path),
      () => readText(path),
    );
    if (text !== undefined) texts.set(suffix, text);
  }
  return texts;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return (await stat(path)).size > MAX_SIDECAR_BYTES ? undefined : await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

function readTextNow(path: string): string | undefined {
  try {
    return statSync(path).size > MAX_SIDECAR_BYTES ? undefined : readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
