import { NestedJsonBytes } from '../../formats/safetensors';

/** What makes a tag of a directory a trigger word. */
export interface TagRules {
  /** A tag on as many images is on all of them. */
  readonly least: number;
  /** Name that the directory gives its subject, lower case. */
  readonly concept?: string;
}

/** @param tag as written in the captions */
export function isTrigger(tag: string, count: number, { least, concept }: TagRules): boolean {
  return count >= least || (concept !== undefined && tag.trim().toLowerCase() === concept);
}

/**
 * Reads `ss_tag_frequency` as it is written in a header, JSON inside a JSON string, and passes on the tags that are
 * trigger words, and every tag that is its directory's only one. Hundreds of other tags are skipped without a copy of
 * any: this text is the longest of most headers, and an index of thousands of files needs a word or two of it.
 *
 * False when the text is not in the form that trainers write, objects of whole numbers; then the tags passed on are not
 * valid, and the text has to be read as any JSON.
 *
 * @param written the bytes between the quotes of the outer string, which is sound JSON and UTF-8
 */
export function scanTags(
  written: Uint8Array,
  rulesFor: (directory: string) => TagRules,
  take: (tag: string, count: number) => void,
): boolean {
  const reader = new NestedJsonBytes(written);
  if (!reader.enter()) return false;
  while (reader.nextKey()) {
    const rules = rulesFor(reader.string() ?? '');
    if (!reader.enter()) return false;
    let tags = 0;
    let first = '';
    let firstCount = 0;
    while (reader.nextKey()) {
      const count = reader.whole();
      if (count < 0) return false;
      if (tags++ === 0) {
        first = reader.string() ?? '';
        firstCount = count;
      }
      if (count >= rules.least || (rules.concept !== undefined && reader.mayBe(rules.concept))) {
        const tag = reader.string() ?? '';
        if (isTrigger(tag, count, rules)) take(tag, count);
      }
    }
    if (!reader.sound) return false;
    if (tags === 1 && !isTrigger(first, firstCount, rules)) take(first, firstCount);
  }
  return reader.sound && reader.isAtEnd();
}
