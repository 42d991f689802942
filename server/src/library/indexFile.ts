import type { LoraFacts, LoraFileFacts } from '../shared/facts';
import type { Problem, Result } from '../shared/problem';
import { readHeaderBytes, type Scratch } from './fileSource';
import type { FileWork } from './fileWork';
import { notedHash } from './hashes';
import { drawFacts } from './inspection';
import { categoryOf } from './metadata/category';
import { readSidecars } from './metadata/sidecars';
import { isPickleName, pickleProblem } from './pickle';
import { sidecarTexts } from './sidecarFiles';
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

/** True for a header that may be refused only because the file is still being written. */
export function mayBeUnfinished({ network, file }: LoraFacts): boolean {
  return network.status === 'broken' && UNFINISHED.has(file.problem?.code ?? '');
}

/** What reading many files shares. */
export interface Indexing {
  readonly memo: StructureMemo;
  readonly scratch: Scratch;
}

/** Reads one file's header and sidecars into facts. Never fails: a file that cannot be read is `broken`, with the reason. */
export function* indexFile(
  file: FoundFile,
  stamp: FileStamp,
  { memo, scratch }: Indexing,
): FileWork<LoraFacts> {
  if (isPickleName(file.path)) return pickle(file, stamp);
  const texts = yield* sidecarTexts(file.folder, file.sidecars);
  const buffer = scratch.take();
  try {
    const read = yield* readHeaderBytes(file.path, { scratch: buffer, size: stamp.size });
    return draw(file, stamp, read.ok ? memo.read(read.value) : read, texts);
  } finally {
    scratch.giveBack(buffer);
  }
}

/** The facts of a file whose header has been read, or could not be. */
function draw(
  file: FoundFile,
  stamp: FileStamp,
  header: Result<ReadHeader>,
  texts: ReadonlyMap<string, string>,
): LoraFacts {
  if (!header.ok) return unusable(placeOf(file, stamp), 'broken', header.problem);
  const { metadata, tags, structure } = header.value;
  const sidecars = readSidecars(texts);
  const drawn = drawFacts(metadata, tags, structure, sidecars);
  const shortHash = notedHash(metadata);
  const { problems } = drawn;
  const place = placeOf(file, stamp);
  const words = detached({
    alias: metadata.ss_output_name?.slice(0, MAX_ALIAS) || undefined,
    triggerWords: drawn.triggerWords,
    description: shorten(drawn.description),
    negativeText: drawn.negativeText,
    notes: drawn.notes,
    embeddings: drawn.embeddings,
  });
  // Every field by name: spreading objects of this size makes tables of them, three times as large.
  return {
    network: {
      status: drawn.kind === 'lora' ? 'ok' : 'other',
      kind: drawn.kind,
      networkType: drawn.networkType,
      architecture: drawn.architecture,
      variant: drawn.variant,
      candidates: drawn.candidates,
      reason: drawn.reason,
      family: drawn.family,
      prediction: drawn.prediction,
      rank: drawn.rank,
      alpha: drawn.alpha,
      modules: drawn.modules,
      triggerSource: drawn.triggerSource,
      trainedOn: drawn.trainedOn,
      license: drawn.license,
      category: categoryOf(sidecars.tags ?? [], file.relativePath),
      vectors: drawn.vectors,
      problems: problems.length > 0 ? problems : undefined,
    },
    file: {
      name: place.name,
      alias: words.alias,
      path: place.path,
      relativePath: place.relativePath,
      source: place.source,
      triggerWords: words.triggerWords,
      preferredWeight: drawn.preferredWeight,
      description: words.description,
      previewPath: place.previewPath,
      size: place.size,
      modified: place.modified,
      hashes: shortHash === undefined ? undefined : { shortHash },
      negativeText: words.negativeText,
      notes: words.notes,
      embeddings: words.embeddings,
    },
  };
}

type Place = Pick<
  LoraFileFacts,
  'name' | 'path' | 'relativePath' | 'source' | 'previewPath' | 'size' | 'modified'
>;

function placeOf(file: FoundFile, stamp: FileStamp): Place {
  return {
    name: file.stem,
    path: file.path,
    relativePath: file.relativePath,
    source: 'file',
    previewPath: file.previewPath,
    size: stamp.size,
    modified: stamp.modified,
  };
}

function pickle(file: FoundFile, stamp: FileStamp): LoraFacts {
  return unusable(placeOf(file, stamp), 'unread', pickleProblem(file.path));
}

function unusable(place: Place, status: 'broken' | 'unread', problem: Problem): LoraFacts {
  const kind = status === 'unread' ? 'pickle' : 'broken';
  return {
    network: { status, kind, candidates: [], reason: problem.message, modules: {} },
    file: { ...place, problem: detached(problem), triggerWords: [] },
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
