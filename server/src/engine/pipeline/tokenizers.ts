import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type ClipTokenizer, createClipTokenizer } from '../../formats/tokenizer';
import { failure, type Result, success } from '../../shared/problem';
import type { ModelFolder } from './modelFolder';

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

/** Reads the tokenizer folders. Fails with `tokenizer-unreadable`. */
export function openTokenizers(folder: ModelFolder): Result<Tokenizers> {
  try {
    const first = openTokenizer(folder.tokenizer);
    return success({ first, second: folder.tokenizer2 ? openTokenizer(folder.tokenizer2) : undefined });
  } catch (error) {
    return failure(
      'tokenizer-unreadable',
      `The tokenizer in ${folder.path} cannot be read: ${(error as Error).message}`,
      'Export the model again, or copy the tokenizer folder of its original.',
    );
  }
}

function openTokenizer(folder: string): PaddedTokenizer {
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

function optional<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
