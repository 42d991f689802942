import { failure, type Result, success } from '../../../shared/problem';
import type { WildcardLookup } from '../../../shared/wildcards';
import type { Expansion, Scope } from './context';
import { DEFAULT_MARKS, type DynamicMarks, type DynamicNode } from './nodes';
import { parseDynamic } from './parse';
import { createPythonRandom } from './random';
import { sample } from './sample';

export interface ExpandOptions {
  readonly wildcards: WildcardLookup;
  readonly marks?: DynamicMarks;
  /** Steps one expansion may take. */
  readonly budget?: number;
  /** List as dynamicprompts itself does: equal prompts again, and a missing wildcard without end. */
  readonly repeats?: boolean;
}

/** Steps every expansion may take, and those it may take for each prompt wanted. */
const BUDGET = 300_000;
const BUDGET_PER_PROMPT = 300;

/** A `~` or `@` sampler goes on for ever; after so many prompts that were there already nothing new is expected. */
const REPEATS = 20_000;

const REMEDIES: Readonly<Record<string, string>> = {
  'dynamic-recursion': 'Take the name out of one of them.',
  'dynamic-variable': 'Set the variable before it is used, or give it a default.',
  'dynamic-syntax': 'Correct the line of the wildcard file.',
};
const REMEDY = 'Use fewer options or smaller wildcards.';

export interface Expanded {
  readonly prompts: readonly string[];
  /** False when there are more than the limit, or more than could be computed. */
  readonly complete: boolean;
  /** Names of wildcards that have no values: they stay in the text. */
  readonly missing: readonly string[];
}

/**
 * One prompt for each seed, chosen at random: the same seeds give the same prompts everywhere. As in the web UI
 * extension, the stream of prompts goes on from seed to seed, so that a cyclical choice takes its next value.
 */
export function expandSeeds(
  template: string,
  seeds: readonly number[],
  options: ExpandOptions,
): Result<Expanded> {
  return expand(template, 'random', seeds.length, options, (index) => seeds[index]);
}

/** `count` prompts drawn one after the other from one seed. */
export function expandRandom(
  template: string,
  count: number,
  seed: number,
  options: ExpandOptions,
): Result<Expanded> {
  return expand(template, 'random', count, options, (index) => (index === 0 ? seed : undefined));
}

/** Every distinct prompt a template stands for, up to `limit`, in the order of the combinatorial generator. */
export function expandAll(template: string, limit: number, options: ExpandOptions): Result<Expanded> {
  return expand(template, 'combinatorial', limit, options, () => undefined);
}

function expand(
  template: string,
  method: Scope['method'],
  limit: number,
  options: ExpandOptions,
  seedOf: (index: number) => number | undefined,
): Result<Expanded> {
  if (template === '') return success({ prompts: [], complete: true, missing: [] });
  const marks = options.marks ?? DEFAULT_MARKS;
  const node = parseDynamic(template, marks);
  if (!node.ok) return node;
  const expansion: Expansion = {
    wildcards: options.wildcards,
    random: createPythonRandom(0),
    marks,
    missing: new Set(),
    repeats: options.repeats ?? false,
    parsed: new Map(),
    budget: options.budget ?? BUDGET + BUDGET_PER_PROMPT * limit,
  };
  const scope: Scope = { expansion, method, variables: new Map(), open: [], wildcards: [], depth: 0 };
  const stream = sample(node.value, scope);
  const prompts: string[] = [];
  const seen = new Set<string>();
  let complete = true;
  let repeats = 0;
  while (complete) {
    const seed = seedOf(prompts.length);
    if (seed !== undefined) expansion.random.reseed(seed);
    if (method === 'random' && prompts.length >= limit) break;
    const { value, done } = stream.next();
    if (done) break;
    if (method === 'combinatorial') {
      if (!expansion.repeats && seen.has(value)) {
        if (++repeats > REPEATS) break;
        continue;
      }
      repeats = 0;
      seen.add(value);
      if (prompts.length >= limit) complete = false;
    }
    if (complete) prompts.push(value);
  }
  const { problem } = expansion;
  // What was found before the work became too much is worth having.
  if (problem?.code === 'dynamic-budget' && prompts.length > 0) complete = false;
  else if (problem !== undefined)
    return failure(problem.code, problem.message, REMEDIES[problem.code] ?? REMEDY);
  return success({ prompts, complete, missing: [...expansion.missing] });
}

/**
 * Wildcards that are not found and that stand inside a choice, in order, each once. There they make other programs'
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
