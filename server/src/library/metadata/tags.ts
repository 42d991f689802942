import { asNumber, asObject, parseObject } from './json';
import { isTrigger, scanTags, type TagRules } from './tagScan';
import { plainLine } from './text';

export type TagCount = readonly [tag: string, count: number];

/** Tags worth showing, as many as AUTOMATIC1111's own editor shows. */
export const SHOWN_TAGS = 24;
/** Above this average length the "tags" are sentences, so words are counted instead. */
const SENTENCE_LENGTH = 16;

/** The text of `ss_tag_frequency`, the longest of most headers: decoded and parsed only on demand. */
export interface TagText {
  /** As it stands in the header between its quotes, checked but not decoded; absent: only the text is at hand. */
  readonly written?: Uint8Array;
  text(): string | undefined;
}

/** What the tags are called in the metadata. */
export const TAGS_NAME = 'ss_tag_frequency';

export const NO_TAGS: TagText = { text: () => undefined };

/** The tags of metadata that were read whole. */
export function tagsOf(metadata: Readonly<Record<string, string>>): TagText {
  return { text: () => metadata[TAGS_NAME] };
}

/** True unless the tags surely hold no such word. */
export function mayHoldTag({ written, text }: TagText, word: string): boolean {
  const whole = written ? Buffer.from(written.buffer, written.byteOffset, written.length) : text();
  return whole?.includes(word) ?? false;
}

/** Tag counts over all directories, most frequent first. */
export function tagFrequency(tagText: TagText): TagCount[] {
  const directories = directoriesOf(tagText);
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

const parsed = new WeakMap<TagText, readonly Directory[]>();

function directoriesOf(tagText: TagText): readonly Directory[] {
  let found = parsed.get(tagText);
  if (!found) {
    const directories = Object.entries(parseObject(tagText.text()) ?? {});
    found = directories.map(
      ([name, directory]): Directory => [name, Object.entries(asObject(directory) ?? {})],
    );
    parsed.set(tagText, found);
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
export function triggersFromTags(metadata: Readonly<Record<string, string>>, tagText: TagText): string[] {
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
  if (tagText.written === undefined || !scanTags(tagText.written, rulesFor, take)) {
    found.length = 0;
    for (const [name, tags] of directoriesOf(tagText)) {
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
