import { joinPairs } from './bytePairs';
import { type Cleaning, cleanText } from './clean';
import { BEGIN_TEXT, BYTE_SYMBOLS, END_TEXT, readVocabulary, WORD_END } from './vocabulary';

/** CLIP's byte-pair tokenizer. */
export interface ClipTokenizer {
  /** Ids of a text, without the ones that mark its begin and end. */
  encode(text: string): number[];
  readonly begin: number;
  readonly end: number;
  /** Id of a piece of the vocabulary, as `,</w>`. */
  idOf(piece: string): number | undefined;
}

/** The text of a tokenizer folder's files. */
export interface TokenizerFiles {
  readonly merges: string;
  /** vocab.json; without it the ids follow from the merges. */
  readonly vocab?: string;
}

/**
 * Words as CLIP cuts them, from text already in lower case. White space is Unicode's, as everywhere but in JavaScript,
 * which counts U+FEFF and leaves out U+0085.
 */
const WORD =
  /<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\p{White_Space}\p{L}\p{N}]+/gu;
/** The same in any case, in which the slow tokenizers look for them: `'ſ` is an `'s`. */
const WORD_IN_ANY_CASE = new RegExp(WORD.source, 'giu');
/** The combining iota: a mark that has a letter for a capital. Looking in any case, Python finds it in no word. */
const IOTA = '\u0345';

/** Words cached; when there are more, the cache is emptied. Prompts repeat their words. */
const REMEMBERED_WORDS = 10_000;

/** A tokenizer made of a folder's files. Throws what JSON.parse throws for a vocab.json that is no JSON. */
export function createClipTokenizer(files: TokenizerFiles, cleaning: Cleaning = 'repaired'): ClipTokenizer {
  const { ids, ranks } = readVocabulary(files.merges, files.vocab);
  const utf8 = new TextEncoder();
  const wordsOf = (text: string): readonly string[] =>
    (cleaning === 'fast' ? text.match(WORD) : text.replaceAll(IOTA, ' ').match(WORD_IN_ANY_CASE)) ?? [];
  const remembered = new Map<string, readonly number[]>();
  const end = ids.get(END_TEXT) ?? ids.size - 1;
  const begin = ids.get(BEGIN_TEXT) ?? end - 1;

  const idsOfWord = (word: string): readonly number[] => {
    const known = remembered.get(word);
    if (known) return known;
    if (remembered.size >= REMEMBERED_WORDS) remembered.clear();
    const symbols = Array.from(utf8.encode(word), (byte) => BYTE_SYMBOLS[byte]!);
    symbols[symbols.length - 1] += WORD_END;
    const found = joinPairs(symbols, ranks).map((piece) => ids.get(piece) ?? end);
    remembered.set(word, found);
    return found;
  };

  return {
    begin,
    end,
    idOf: (piece) => ids.get(piece),
    encode(text) {
      return wordsOf(cleanText(text, cleaning)).flatMap((word) => {
        if (word === BEGIN_TEXT) return [begin];
        return word === END_TEXT ? [end] : idsOfWord(word);
      });
    },
  };
}
