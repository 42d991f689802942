import type { Problem } from '../../../shared/problem';
import type { Range } from '../../../shared/range';
import type { WildcardLookup } from '../../../shared/wildcards';
import { blockText } from '../../analysis/blockText';
import { sourceRange } from '../../analysis/mapped';
import type { Block, Document } from '../../syntax/nodes';
import type { Side } from '../../syntax/walk';
import { type Expanded, expandAll, expandRandom } from './expand';
import { parseDynamic } from './parse';

/** Every prompt up to a limit, or some drawn at random from a seed (absent: the block's). */
export type ExpandMode =
  | { readonly type: 'all'; readonly limit: number }
  | { readonly type: 'random'; readonly count: number; readonly seed?: number };

export interface ExpandedBlock {
  readonly prompts: readonly string[];
  /** As many as there are prompts, where the negative prompt is a template. */
  readonly negativePrompts?: readonly string[];
  readonly complete: boolean;
  /** Names of wildcards without values. */
  readonly missing: readonly string[];
}

export type BlockExpansion =
  | { readonly ok: true; readonly value: ExpandedBlock }
  | { readonly ok: false; readonly problem: Problem & { readonly range: Range } };

/** Expands the prompts of a block. Its parameters take no part, but for the seed. */
export function expandBlock(
  document: Document,
  block: Block,
  mode: ExpandMode,
  wildcards: WildcardLookup,
): BlockExpansion {
  const seed = mode.type === 'random' ? (mode.seed ?? blockSeed(block)) : 0;
  const expand = (side: Side, limit: number) =>
    expandSide(document, block, side, mode.type, limit, seed, wildcards);
  const positive = expand('positive', mode.type === 'all' ? mode.limit : mode.count);
  if (!positive.ok) return positive;
  const { prompts, complete, missing } = positive.value;
  const negativeText = blockText(document, block, 'negative').text;
  if (negativeText === '') return { ok: true, value: { prompts, complete, missing } };
  const negative = expand('negative', Math.max(1, prompts.length));
  if (!negative.ok) return negative;
  const texts = negative.value.prompts;
  const isTemplate = texts.length !== 1 || texts[0] !== negativeText;
  return {
    ok: true,
    value: {
      prompts,
      // As in the web UI extension: taken in turn until every prompt has one.
      ...(isTemplate && { negativePrompts: prompts.map((_, at) => texts[at % texts.length] ?? '') }),
      complete,
      missing: [...new Set([...missing, ...negative.value.missing])],
    },
  };
}

function expandSide(
  document: Document,
  block: Block,
  side: Side,
  type: ExpandMode['type'],
  limit: number,
  seed: number,
  wildcards: WildcardLookup,
): { ok: true; value: Expanded } | { ok: false; problem: Problem & { range: Range } } {
  const mapped = blockText(document, block, side);
  const { text } = mapped;
  const parsed = parseDynamic(text);
  if (!parsed.ok) {
    const { range, ...problem } = parsed.problem;
    return { ok: false, problem: { ...problem, range: sourceRange(mapped, range.start, range.end) } };
  }
  const expanded =
    type === 'all' ? expandAll(text, limit, { wildcards }) : expandRandom(text, limit, seed, { wildcards });
  if (expanded.ok) return expanded;
  return { ok: false, problem: { ...expanded.problem, range: sourceRange(mapped, 0, text.length) } };
}

/** `Seed:` of a block; 0 where there is none, and for -1. */
function blockSeed(block: Block): number {
  const written = block.parameters.findLast(({ key }) => key === 'Seed')?.value ?? '';
  const seed = /^\s*\d+\s*$/.test(written) ? Number(written) : 0;
  return Number.isSafeInteger(seed) ? seed : 0;
}
