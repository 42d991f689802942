import { type Result, success } from '../../../shared/problem';
import type { WildcardLookup } from '../../../shared/wildcards';
import { blockText } from '../../analysis/blockText';
import { formatInfotext } from '../../analysis/infotextWrite';
import type { Document } from '../../syntax/nodes';
import { applyEdits } from '../../text/edits';
import { expandBlock } from './expandBlock';

/** Keys of the templates that a block's prompts were chosen from. */
export const TEMPLATE_KEYS = { positive: 'Template', negative: 'Negative Template' } as const;

/**
 * The text of a document with the prompts that its templates and seeds choose, and the templates beside them as
 * parameters. Blocks without a template, and those that were filled in before, stay as they are.
 *
 * Errors: those of the dialect, `dynamic-syntax` for example.
 */
export function fillTemplates(document: Document, wildcards: WildcardLookup): Result<string> {
  const edits: { range: { start: number; end: number }; newText: string }[] = [];
  for (const block of document.blocks) {
    const pairs = block.parameters.map(({ key, value }) => [key, value] as const);
    if (pairs.some(([key]) => key === TEMPLATE_KEYS.positive || key === TEMPLATE_KEYS.negative)) continue;
    const expanded = expandBlock(document, block, { type: 'random', count: 1 }, wildcards);
    if (!expanded.ok) return expanded;
    const template = blockText(document, block, 'positive').text;
    const negativeTemplate = blockText(document, block, 'negative').text;
    const [positive = ''] = expanded.value.prompts;
    const [negative = negativeTemplate] = expanded.value.negativePrompts ?? [];
    if (positive === template && negative === negativeTemplate) continue;
    const newText = formatInfotext(positive, negative, [
      ...pairs,
      ...(positive === template ? [] : [[TEMPLATE_KEYS.positive, template] as const]),
      ...(negative === negativeTemplate ? [] : [[TEMPLATE_KEYS.negative, negativeTemplate] as const]),
    ]);
    const { start } = block.positive.range;
    const end = block.parametersRange?.end ?? block.negative?.range.end ?? block.positive.range.end;
    edits.push({ range: { start, end }, newText });
  }
  return success(applyEdits(document.text, edits));
}
