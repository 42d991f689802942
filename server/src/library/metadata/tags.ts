import { asNumber, asObject, parseObject } from './json';
import { isTrigger, scanTags, type TagRules } from './tagScan';
import { plainLine } from './text';

export type TagCount = readonly [tag: string, count: number];

/** Tags worth showing, as many as AUTOMATIC1111's own editor shows. */
export const SHOWN_TAGS = 24;
/** Above this average length the "tags" are sentences, so words are counted instead. */
const SENTENCE_LENGTH = 16;

/** Tag counts over all directories of `ss_tag_frequency`, most frequent first. */
export function tagFrequency(metadata: Readonly<Record<string, string>>): TagCount[] {
  const directories = directoriesOf(metadata);
  const counts = new Map<string, number>();
  let length = 0;
  let tags = 0;
  for (const [, entries] of directories) {
    for (const [text, value] of entries) {
      const tag = plainLine(text, 1000);
      const count = asNumber(value);
      if (tag === '' || count === undefined) continue;
      counts.set(tag, (counts.get(tag) ?? 0) + count);
      length += tag.length;
      tags++;
    }
  }
  const found = tags > 0 && length / tags >= SENTENCE_LENGTH ? countWords(counts) : counts;
  return [...found].sort((left, right) => right[1] - left[1]);
}

type Directory = readonly [name: string, tags: readonly (readonly [string, unknown])[]];

const parsed = new WeakMap<Readonly<Record<string, string>>, readonly Directory[]>();

/** The directories of `ss_tag_frequency`. It is the longest text of most headers, so it is parsed only once. */
function directoriesOf(metadata: Readonly<Record<string, string>>): readonly Directory[] {
  let found = parsed.get(metadata);
  if (!found) {
    const directories = Object.entries(parseObject(metadata.ss_tag_frequency) ?? {});
    found = directories.map(
      ([name, directory]): Directory => [name, Object.entries(asObject(directory) ?? {})],
    );
    parsed.set(metadata, found);
  }
  return found;
}

function countWords(captions: ReadonlyMap<string, number>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [caption, count] of captions) {
    for (const word of caption.match(/[-_'\p{L}\p{N}]+/gu) ?? []) {
      if (word.length >= 3) counts.set(word, (counts.get(word) ?? 0) + count);
    }
  }
  return counts;
}

/**
 * Trigger words that the tags give away: a tag on every image of its directory, or the name in a directory called
 * `<repeats>_<name>` that is also one of its tags.
 */
export function triggersFromTags(metadata: Readonly<Record<string, string>>): string[] {
  const text = metadata.ss_tag_frequency;
  if (text === undefined) return [];
  const sizes = parseObject(metadata.ss_dataset_dirs) ?? {};
  const found: { tag: string; count: number }[] = [];
  const rulesFor = (name: string): TagRules => {
    const images = asNumber(asObject(sizes[name])?.img_count);
    const concept = /^\d+_(.+)$/.exec(name)?.[1]?.trim().toLowerCase();
    return {
      least: images !== undefined && images > 0 ? images : Number.POSITIVE_INFINITY,
      ...(concept !== undefined && { concept }),
    };
  };
  const take = (tag: string, count: number): void => void found.push({ tag: plainLine(tag), count });
  if (!scanTags(text, rulesFor, take)) {
    found.length = 0;
    for (const [name, tags] of directoriesOf(metadata)) {
      const rules = rulesFor(name);
      for (const [tag, value] of tags) {
        const count = asNumber(value) ?? 0;
        if (isTrigger(tag, count, rules) || tags.length === 1) take(tag, count);
      }
    }
  }
  found.sort((left, right) => right.count - left.count);
  return [...new Set(found.map(({ tag }) => tag))].filter((tag) => tag !== '').slice(0, 8);
}
