import { readFileSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createClipTokenizer } from '../formats/tokenizer';
import type { ModelFacts } from '../shared/facts';

/** Tokens of a text, without the two that mark its begin and end. */
export type CountTokens = (text: string) => number;

/** Token counters, one per vocabulary. */
export interface TokenCounters {
  /**
   * The counter for a base model: by the tokenizer in its folder, else by the one that every released Stable Diffusion
   * has. Vocabularies are read at the first count. Undefined when there is neither.
   */
  of(model: ModelFacts | undefined): CountTokens | undefined;
}

/** @param clipMergesPath gzipped merges of the released vocabulary */
export function createTokenCounters(clipMergesPath: string | undefined): TokenCounters {
  const counters = new Map<string, CountTokens>();

  const counterOf = (key: string, open: () => CountTokens): CountTokens => {
    const known = counters.get(key);
    if (known) return known;
    const counter = lazily(open);
    counters.set(key, counter);
    return counter;
  };

  return {
    of(model) {
      const folder = model?.path === undefined ? undefined : path.join(model.path, 'tokenizer');
      const stamp = folder === undefined ? undefined : stampOf(path.join(folder, 'merges.txt'));
      if (folder !== undefined && stamp !== undefined)
        return counterOf(`${folder}\0${stamp}`, () => openFolder(folder));
      const shipped = clipMergesPath === undefined ? undefined : stampOf(clipMergesPath);
      if (clipMergesPath === undefined || shipped === undefined) return undefined;
      return counterOf(`${clipMergesPath}\0${shipped}`, () =>
        counting({ merges: gunzipSync(readFileSync(clipMergesPath)).toString('utf8') }),
      );
    },
  };
}

function openFolder(folder: string): CountTokens {
  const merges = readFileSync(path.join(folder, 'merges.txt'), 'utf8');
  let vocab: string | undefined;
  try {
    vocab = readFileSync(path.join(folder, 'vocab.json'), 'utf8');
  } catch {
    // The ids follow from the merges then; for counting they do not matter.
  }
  return counting({ merges, ...(vocab !== undefined && { vocab }) });
}

function counting(files: { merges: string; vocab?: string }): CountTokens {
  const tokenizer = createClipTokenizer(files);
  return (text) => tokenizer.encode(text).length;
}

/** A vocabulary that cannot be read counts nothing: hints and the budget are silent, and generating says why. */
function lazily(open: () => CountTokens): CountTokens {
  let opened: CountTokens | undefined;
  return (text) => {
    if (!opened) {
      try {
        opened = open();
      } catch {
        opened = () => 0;
      }
    }
    return opened(text);
  };
}

/** What changes when a file does; undefined when there is none. */
function stampOf(file: string): string | undefined {
  try {
    const stats = statSync(file);
    return stats.isFile() ? `${stats.mtimeMs} ${stats.size}` : undefined;
  } catch {
    return undefined;
  }
}
