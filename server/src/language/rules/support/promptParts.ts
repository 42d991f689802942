import type { Range } from '../../../shared/range';
import type { PromptView } from '../view/prompts';

/** The parts of a prompt between its ANDs. */
export function partsOfPrompt(view: PromptView): Range[] {
  const parts: Range[] = [];
  let start = view.tree.range.start;
  for (const item of view.tree.items) {
    if (item.type !== 'and') continue;
    parts.push({ start, end: item.range.start });
    start = item.range.end;
  }
  parts.push({ start, end: view.tree.range.end });
  return parts;
}

/** Whether nothing but blanks and tags, which the web UI takes out first, stands between `offset` and the end of its part. */
export function endsPart(view: PromptView, offset: number, text: string): boolean {
  const part = partsOfPrompt(view).find(({ start, end }) => offset >= start && offset <= end);
  if (!part) return false;
  let at = offset;
  for (const { tag } of view.tags) {
    if (tag.range.start < at || tag.range.end > part.end) continue;
    if (text.slice(at, tag.range.start).trim() !== '') return false;
    at = tag.range.end;
  }
  return text.slice(at, part.end).trim() === '';
}
