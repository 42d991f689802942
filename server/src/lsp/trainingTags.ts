import { code } from '../language/features/loraText';
import { inspectFile } from '../library/inspect';

/** Tags shown; the first few tell what the pictures were of. */
const SHOWN = 8;
/** Longest tag shown, characters: some trainers keep whole sentences. */
const MAX_TAG = 60;

/**
 * The tags that a LoRA's training pictures had most often, as a line of Markdown. They are read from the file when they
 * are asked for: an index of thousands does not keep them. Undefined when it tells none.
 */
export async function trainingTags(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const inspected = await inspectFile(file);
  const tags = inspected.ok ? (inspected.value.tags ?? []) : [];
  if (tags.length === 0) return undefined;
  const shown = tags
    .slice(0, SHOWN)
    .map(([tag, count]) => `${code(tag.length > MAX_TAG ? `${tag.slice(0, MAX_TAG - 1)}…` : tag)} ${count}`);
  return `Training tags, most frequent first: ${shown.join(', ')}`;
}
