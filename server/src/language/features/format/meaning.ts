import { attentionRuns, parseAttention } from '../../analysis/attention';
import { resolveBlock } from '../../analysis/resolve';
import type { ResolvedPrompt } from '../../analysis/resolved';
import { resolveSchedule } from '../../analysis/schedule/schedule';
import type { Block, Document } from '../../syntax/nodes';

/**
 * What a block means, as a text to compare: the networks it loads, every part of every schedule with its weighted
 * runs, and the parameters. Blanks count as CLIP's tokenizer counts them: they part words and are nothing else.
 */
export function meaningOf(document: Document, block: Block): string {
  const resolved = resolveBlock(document, block);
  return JSON.stringify({
    positive: promptMeaning(resolved.positive, resolved.steps),
    negative: promptMeaning(resolved.negative, resolved.steps),
    parameters: resolved.parameters.map(({ key, value }) => [key, value]),
    comments: block.comments.map(({ range }) => document.text.slice(range.start, range.end).trimEnd()),
    errors: resolved.errors.map(({ code }) => code),
  });
}

function promptMeaning(prompt: ResolvedPrompt, steps: number): unknown {
  return {
    networks: prompt.networks.map(({ type, positional, named }) => [type, positional, named]),
    breaks: prompt.breaks.length,
    scheduleFailed: prompt.scheduleFailed,
    subprompts: prompt.subprompts.map(({ text, weight }) => [
      weight,
      resolveSchedule(text, { steps }).phases.map(([end, phase]) => [end, runsOf(phase)]),
    ]),
  };
}

function runsOf(text: string): unknown[] {
  return attentionRuns(parseAttention(text).pieces)
    .map(([run, weight]) => [wordsOf(run), weight] as const)
    .filter(([words]) => words.length > 0);
}

/** The pieces CLIP's tokenizer cuts a text into before it looks them up; Python knows a few more blanks. */
const CLIP_PIECES = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\u0085\u001c-\u001f\p{L}\p{N}]+/giu;

function wordsOf(text: string): string[] {
  return text.match(CLIP_PIECES) ?? [];
}
