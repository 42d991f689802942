import { hashOf } from '../text/hash';

/** Tokens of the stretch `[start, end)` of a text. */
export type CountStretch = (text: string, start: number, end: number) => number;

/** Longest stretch that is remembered, UTF-16 units. */
const MAX_LENGTH = 200;
/** Stretches remembered before the memory is emptied, and room for their characters. */
const MAX_ENTRIES = 16_384;
const MAX_CHARACTERS = 24 * MAX_ENTRIES;
/** A power of two, so large that places stay half empty. */
const PLACES = 2 * MAX_ENTRIES;

const counters = new WeakMap<(text: string) => number, CountStretch>();

/**
 * Counts tokens and remembers them: phrases repeat themselves over a repository of prompts. A hash table over the
 * characters themselves, because most stretches are known, and cutting them out only to ask a `Map` costs ten times
 * the comparison; a piece of a text would also keep the whole text alive.
 */
export function countingStretches(count: (text: string) => number): CountStretch {
  let counter = counters.get(count);
  if (!counter) {
    counter = createCounter(count);
    counters.set(count, counter);
  }
  return counter;
}

function createCounter(count: (text: string) => number): CountStretch {
  /** Number of an entry plus one, by hash; 0 where there is none. */
  const places = new Uint16Array(PLACES);
  const hashes = new Int32Array(MAX_ENTRIES);
  const tokens = new Uint16Array(MAX_ENTRIES);
  /** Where an entry's characters begin; they end where the next one's begin. */
  const starts = new Uint32Array(MAX_ENTRIES + 1);
  const characters = new Uint16Array(MAX_CHARACTERS);
  let entries = 0;

  const isEntry = (entry: number, text: string, start: number, end: number): boolean => {
    const from = starts[entry]!;
    if (starts[entry + 1]! - from !== end - start) return false;
    for (let at = start; at < end; at++)
      if (characters[from + at - start] !== text.charCodeAt(at)) return false;
    return true;
  };

  return (text, start, end) => {
    const length = end - start;
    if (length > MAX_LENGTH) return count(text.slice(start, end));
    const hash = hashOf(text, start, end);
    let place = (hash ^ (hash >>> 16)) & (PLACES - 1);
    for (; places[place] !== 0; place = (place + 1) & (PLACES - 1)) {
      const entry = places[place]! - 1;
      if (hashes[entry] === hash && isEntry(entry, text, start, end)) return tokens[entry]!;
    }
    const counted = count(text.slice(start, end));
    if (entries === MAX_ENTRIES || starts[entries]! + length > MAX_CHARACTERS) {
      places.fill(0);
      entries = 0;
      return counted;
    }
    const from = starts[entries]!;
    for (let at = 0; at < length; at++) characters[from + at] = text.charCodeAt(start + at);
    hashes[entries] = hash;
    tokens[entries] = counted;
    places[place] = ++entries;
    starts[entries] = from + length;
    return counted;
  };
}
