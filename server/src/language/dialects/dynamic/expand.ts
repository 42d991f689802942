import { failure, type Result, success } from '../../../shared/problem';
import type { Expansion, Scope } from './context';
import { DEFAULT_MARKS, type DynamicMarks, type DynamicNode } from './nodes';
import { parseDynamic } from './parse';
import { createPythonRandom } from './random';
import { sample } from './sample';
import type { WildcardLookup } from './wildcards';

export interface ExpandOptions {
  readonly wildcards: WildcardLookup;
  /** Seed of the random choices; 0 when absent. */
  readonly seed?: number;
  readonly marks?: DynamicMarks;
  /** Steps one expansion may take. */
  readonly budget?: number;
}

/** Enough for ten thousand prompts of usual size, and over in a moment. */
export const DYNAMIC_BUDGET = 300_000;

const REMEDY = 'Use fewer options or smaller wildcards, or check the wildcards for circles.';

/** One prompt, chosen at random from the seed: the same seed gives the same prompt everywhere. */
export function expandRandom(template: string, options: ExpandOptions): Result<string> {
  const expanded = expand(template, 'random', 1, options);
  if (!expanded.ok) return expanded;
  return success(expanded.value.prompts[0] ?? '');
}

export interface Combinations {
  readonly prompts: readonly string[];
  /** False when there are more than the limit. */
  readonly complete: boolean;
}

/** Every prompt a template stands for, up to `limit`, in the dialect's own order. */
export function expandAll(template: string, limit: number, options: ExpandOptions): Result<Combinations> {
  return expand(template, 'combinatorial', limit, options);
}

function expand(
  template: string,
  method: Scope['method'],
  limit: number,
  options: ExpandOptions,
): Result<Combinations> {
  if (template === '') return success({ prompts: [], complete: true });
  const marks = options.marks ?? DEFAULT_MARKS;
  const node = parseDynamic(template, marks);
  if (!node.ok) return node;
  const expansion: Expansion = {
    wildcards: options.wildcards,
    random: createPythonRandom(options.seed ?? 0),
    marks,
    budget: options.budget ?? DYNAMIC_BUDGET,
  };
  const prompts: string[] = [];
  let complete = true;
  const scope: Scope = { expansion, method, variables: new Map(), open: [], depth: 0 };
  for (const prompt of sample(node.value, scope)) {
    if (prompts.length >= limit) {
      complete = false;
      break;
    }
    prompts.push(prompt);
    if (method === 'random' && prompts.length >= limit) break;
  }
  if (expansion.problem !== undefined)
    return failure(expansion.problem.code, expansion.problem.message, REMEDY);
  return success({ prompts, complete });
}

/**
 * Wildcards that nobody can find and that stand inside a choice, in order, each once. There they make other programs'
 * combinatorial generators run for ever.
 */
export function missingInVariants(template: string, wildcards: WildcardLookup): Result<string[]> {
  const node = parseDynamic(template);
  if (!node.ok) return node;
  const missing = new Set<string>();
  const visit = (current: DynamicNode, inVariants: boolean): void => {
    if (current.type === 'sequence') for (const piece of current.nodes) visit(piece, inVariants);
    else if (current.type === 'variants') for (const { value } of current.options) visit(value, true);
    else if (current.type === 'wrap') {
      visit(current.wrapper, inVariants);
      visit(current.inner, inVariants);
    } else if (current.type === 'assignment') visit(current.value, inVariants);
    else if (current.type === 'wildcard' && inVariants && current.path.type === 'literal') {
      if (wildcards(current.path.text).length === 0) missing.add(current.path.text);
    }
  };
  visit(node.value, false);
  return success([...missing]);
}
