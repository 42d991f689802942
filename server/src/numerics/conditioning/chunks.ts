import type { ClipTokenizer } from '../../formats/tokenizer';
import type { WeightedRun } from '../../shared/plan';

/** Tokens of a prompt in one chunk, without the marks of begin and end. */
const CHUNK_LENGTH = 75;
/** The web UI's default of `comma_padding_backtrack`. */
const BACKTRACK = 20;

/** One run of the text encoder: 77 tokens and their weights. */
export interface PromptChunk {
  /** Begin mark, up to 75 tokens, padding with the end mark, end mark. */
  readonly tokens: readonly number[];
  readonly multipliers: readonly number[];
  /** Where rows of an embedding replace those of tokens. */
  readonly embeddings: readonly PlacedEmbedding[];
}

/**
 * An embedding in a chunk: its first row belongs at `position`, counted with the begin mark. That of an embedding behind a
 * comma whose words moved to the next chunk stands behind the chunk's own tokens: the web UI leaves the rows there, and
 * the next chunk has tokens of id 0 in their place.
 */
export interface PlacedEmbedding {
  readonly position: number;
  readonly name: string;
}

/** A textual inversion a prompt may name. */
export interface EmbeddingName {
  readonly name: string;
  /** Number of rows: it takes that many places of a chunk. */
  readonly rows: number;
}

export interface ChunkedPrompt {
  readonly chunks: readonly PromptChunk[];
  /** Tokens counted as the web UI counts them: chunks that are full or broken off count whole. */
  readonly tokenCount: number;
}

interface OpenChunk {
  tokens: number[];
  multipliers: number[];
  embeddings: PlacedEmbedding[];
}

/**
 * Cuts weighted runs into chunks as the web UI does. A chunk that is full ends behind its last comma if that is at most
 * `backtrack` tokens back, and a BREAK (weight -1) ends it at once.
 */
export function chunkPrompt(
  runs: readonly WeightedRun[],
  tokenizer: ClipTokenizer,
  embeddings: readonly EmbeddingName[] = [],
  backtrack = BACKTRACK,
): ChunkedPrompt {
  const comma = tokenizer.idOf(',</w>');
  const known = embeddings
    .map((embedding) => ({ ...embedding, ids: tokenizer.encode(embedding.name) }))
    .filter(({ ids, rows }) => ids.length > 0 && rows <= CHUNK_LENGTH)
    .sort((a, b) => b.ids.length - a.ids.length);
  const chunks: PromptChunk[] = [];
  let open = emptyChunk();
  let lastComma = -1;
  let tokenCount = 0;

  const close = (isLast = false) => {
    tokenCount += isLast ? open.tokens.length : CHUNK_LENGTH;
    chunks.push(closed(open, tokenizer));
    open = emptyChunk();
    lastComma = -1;
  };

  for (const [text, weight] of runs) {
    if (text === 'BREAK' && weight === -1) {
      close();
      continue;
    }
    const ids = tokenizer.encode(text);
    for (let at = 0; at < ids.length; ) {
      const isFull = open.tokens.length === CHUNK_LENGTH;
      if (ids[at] === comma) {
        lastComma = open.tokens.length;
      } else if (isFull && lastComma !== -1 && CHUNK_LENGTH - lastComma <= backtrack) {
        const moved = splitAfter(open, lastComma);
        close();
        open = moved;
      }
      if (open.tokens.length === CHUNK_LENGTH) close();

      const embedding = known.find((one) => one.ids.every((id, i) => id === ids[at + i]));
      const rows = embedding?.rows ?? 1;
      if (open.tokens.length + rows > CHUNK_LENGTH) close();
      if (embedding) open.embeddings.push({ position: open.tokens.length, name: embedding.name });
      for (let row = 0; row < rows; row++) {
        open.tokens.push(embedding ? 0 : ids[at]!);
        open.multipliers.push(weight);
      }
      at += embedding?.ids.length ?? 1;
    }
  }
  if (open.tokens.length > 0 || chunks.length === 0) close(true);
  return { chunks, tokenCount };
}

/**
 * The chunks of all phases of one prompt, by place: each place is one call of the text encoder. Phases with fewer chunks
 * are filled up with the empty one.
 */
export function encoderCalls(
  phases: readonly ChunkedPrompt[],
  tokenizer: ClipTokenizer,
): (readonly PromptChunk[])[] {
  const places = Math.max(...phases.map(({ chunks }) => chunks.length));
  const empty = emptyPromptChunk(tokenizer);
  return Array.from({ length: places }, (_, place) => phases.map(({ chunks }) => chunks[place] ?? empty));
}

/** A chunk without a prompt: what shorter prompts are filled up with. */
export function emptyPromptChunk(tokenizer: ClipTokenizer): PromptChunk {
  return closed(emptyChunk(), tokenizer);
}

/**
 * Tokens with another id behind the first end mark. OpenCLIP's encoders (SD2, SDXL's second) pad with 0, CLIP's with the
 * end mark itself.
 */
export function padTokens(tokens: readonly number[], end: number, pad: number): readonly number[] {
  const first = tokens.indexOf(end);
  return end === pad || first === -1 ? tokens : tokens.map((token, i) => (i > first ? pad : token));
}

function emptyChunk(): OpenChunk {
  return { tokens: [], multipliers: [], embeddings: [] };
}

/** Takes the tokens behind that at `index` out of a chunk. Embeddings stay where they are, as in the web UI. */
function splitAfter(chunk: OpenChunk, index: number): OpenChunk {
  const cut = index + 1;
  return { tokens: chunk.tokens.splice(cut), multipliers: chunk.multipliers.splice(cut), embeddings: [] };
}

function closed(chunk: OpenChunk, { begin, end }: ClipTokenizer): PromptChunk {
  const missing = CHUNK_LENGTH - chunk.tokens.length;
  return {
    tokens: [begin, ...chunk.tokens, ...Array<number>(missing).fill(end), end],
    multipliers: [1, ...chunk.multipliers, ...Array<number>(missing).fill(1), 1],
    embeddings: chunk.embeddings.map((one) => ({ ...one, position: one.position + 1 })),
  };
}
