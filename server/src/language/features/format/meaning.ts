import { attentionRuns, parseAttention } from '../../analysis/attention';
import { resolveBlock } from '../../analysis/resolve';
import type { ResolvedPrompt } from '../../analysis/resolved';
import { resolveSchedule } from '../../analysis/schedule/schedule';
import type { Block, Document } from '../../syntax/nodes';
import { tokenPieces } from './blanks';

/**
 * What a block means, as a text to compare: the networks it loads, every part of every schedule with its weighted
 * runs, and the parameters. A run counts as the same when the tokenizer makes the same tokens of it: whatever two runs
 * differ in beyond plain blanks between tokens is a difference.
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
    .map(([run, weight]) => [tokenPieces(run), weight] as const)
    .filter(([pieces]) => pieces.length > 0);
}
