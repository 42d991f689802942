import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type ClipTokenizer, createClipTokenizer } from '../../formats/tokenizer';
import { failure, type Result, success } from '../../shared/problem';

/** A tokenizer and the id its encoder wants after a prompt's end. */
export interface PaddedTokenizer {
  readonly tokenizer: ClipTokenizer;
  readonly pad: number;
}

/** One per text encoder; the second only where the model has two. */
export interface Tokenizers {
  readonly first: PaddedTokenizer;
  readonly second?: PaddedTokenizer;
}

/** The part of a model's description that its tokenizers are opened from. */
export interface TokenizerSources {
  /** The folder or file the user named. */
  readonly path: string;
  /** Reads the vocabulary. Throws what reading throws. */
  readonly tokenizer: () => PaddedTokenizer;
  readonly tokenizer2?: () => PaddedTokenizer;
}

/** Reads a model's tokenizers. Fails with `tokenizer-unreadable`. */
export function openTokenizers({ path: model, tokenizer, tokenizer2 }: TokenizerSources): Result<Tokenizers> {
  try {
    return success({ first: tokenizer(), second: tokenizer2?.() });
  } catch (error) {
    return failure(
      'tokenizer-unreadable',
      `The tokenizer of ${model} cannot be read: ${(error as Error).message}`,
      'Get the model again: a folder needs its tokenizer folder, a checkpoint the vocabulary that comes with this program.',
    );
  }
}

/** The tokenizer of a folder in transformers' layout. Throws what reading throws. */
export function folderTokenizer(folder: string): PaddedTokenizer {
  const text = (name: string) => readFileSync(path.join(folder, name), 'utf8');
  const tokenizer = createClipTokenizer({
    merges: text('merges.txt'),
    vocab: optional(() => text('vocab.json')),
  });
  const special = optional(() => JSON.parse(text('special_tokens_map.json')) as Record<string, unknown>);
  const named = special?.pad_token;
  const piece =
    typeof named === 'object' && named !== null ? (named as { content?: unknown }).content : named;
  const pad = typeof piece === 'string' ? tokenizer.idOf(piece) : undefined;
  return { tokenizer, pad: pad ?? tokenizer.end };
}

/** What OpenCLIP puts after a prompt's end. CLIP itself repeats the end mark. */
const OPEN_CLIP_PAD = 0;

/** A tokenizer made of merges alone; the ids follow from them. */
export function mergesTokenizer(merges: string, openClip: boolean): PaddedTokenizer {
  const tokenizer = createClipTokenizer({ merges });
  return { tokenizer, pad: openClip ? OPEN_CLIP_PAD : tokenizer.end };
}

/** The merges of CLIP's vocabulary from the gzipped file that comes with the program. Throws what reading throws. */
export function clipMerges(file: string | undefined): string {
  if (file === undefined) throw new Error('the vocabulary of CLIP is not at hand');
  return gunzipSync(readFileSync(file)).toString('utf8');
}

function optional<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
