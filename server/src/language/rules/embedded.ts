import { type EmbeddedPrompt, embeddedPrompts } from '../analysis/embeddedPrompts';
import { sourceRange } from '../analysis/mapped';
import type { Environment } from '../environment';
import type { Block, Document } from '../syntax/nodes';
import { parse } from '../syntax/parse';
import type { Fix, RuleFinding } from './rule';

const NEGATIVE = '\nNegative prompt: ';

/** A prompt out of a parameter as a document of its own, for the rules to check. */
export interface EmbeddedDocument {
  readonly document: Document;
  /** A finding with its places in the outer document; undefined for one about what stands around the prompt. */
  place(finding: RuleFinding): RuleFinding | undefined;
}

/** The prompts in the parameters of a block, each with the model that is loaded for it. */
export function embeddedDocuments(
  document: Document,
  block: Block,
  { baseModel }: Environment,
): EmbeddedDocument[] {
  return embeddedPrompts(document, block).map((prompt) => {
    const before = prompt.side === 'negative' ? NEGATIVE : '';
    const value = (key: string) => block.parameters.findLast((parameter) => parameter.key === key)?.value;
    const hires = prompt.parameter.key.startsWith('Hires') ? value('Hires checkpoint') : undefined;
    const own = hires === 'Use same checkpoint' ? undefined : hires;
    const model = own ?? value('Model') ?? baseModel?.name;
    const parameters =
      model === undefined ? '' : `\nSteps: 20, Sampler: Euler a, Model: ${JSON.stringify(model)}`;
    const inner = parse(before + prompt.mapped.text + parameters);
    return { document: inner, place: (finding) => placed(finding, prompt, before.length) };
  });
}

function placed(finding: RuleFinding, prompt: EmbeddedPrompt, before: number): RuleFinding | undefined {
  const { mapped } = prompt;
  const move = ({ start, end }: RuleFinding['range']) =>
    sourceRange(mapped, Math.max(0, start - before), Math.max(0, end - before));
  const { start, end } = finding.range;
  if (start < before || end > before + mapped.text.length) return undefined;
  const fixes = finding.fixes?.flatMap((fix) => movedFix(fix, prompt, before));
  const { fixes: _fixes, related, ...rest } = finding;
  return {
    ...rest,
    range: move(finding.range),
    ...(fixes?.length && { fixes }),
    ...(related && { related: related.map((one) => ({ ...one, range: move(one.range) })) }),
  };
}

/** The fix in the outer document; nothing where its text cannot be written there. */
function movedFix(fix: Fix, { mapped, isQuoted }: EmbeddedPrompt, before: number): Fix[] {
  const edits = fix.edits.map(({ range, newText }) => ({
    range: sourceRange(mapped, Math.max(0, range.start - before), Math.max(0, range.end - before)),
    newText: isQuoted ? JSON.stringify(newText).slice(1, -1) : newText,
    isInside: range.start >= before && range.end <= before + mapped.text.length,
  }));
  // A value without quotes ends at a comma.
  const fits = edits.every(({ newText, isInside }) => isInside && (isQuoted || !/[,\n"]/.test(newText)));
  return fits ? [{ ...fix, edits: edits.map(({ range, newText }) => ({ range, newText })) }] : [];
}
