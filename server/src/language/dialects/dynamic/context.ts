import type { Result } from '../../../shared/problem';
import type { WildcardLookup } from '../../../shared/wildcards';
import type { AssignmentNode, DynamicMarks, DynamicNode, DynamicSampler } from './nodes';
import { parseDynamic } from './parse';
import type { PythonRandom } from './random';

/** What one expansion shares: where wildcards come from, randomness, and how much work is left. */
export interface Expansion {
  readonly wildcards: WildcardLookup;
  readonly random: PythonRandom;
  readonly marks: DynamicMarks;
  /** Names of wildcards that no file has. */
  readonly missing: Set<string>;
  /** A missing wildcard is repeated for ever, as in dynamicprompts, even where everything is listed. */
  readonly repeats: boolean;
  /** Values of wildcards as they were parsed. */
  readonly parsed: Map<string, Result<DynamicNode>>;
  /** Steps left; an expansion that runs out stops where it is. */
  budget: number;
  /** The first thing that made the expansion impossible. */
  problem?: { readonly code: string; readonly message: string };
}

/** Where in the expansion a node is sampled. */
export interface Scope {
  readonly expansion: Expansion;
  readonly method: DynamicSampler;
  readonly variables: ReadonlyMap<string, DynamicNode>;
  /** Variables being sampled, to notice one that needs itself. */
  readonly open: readonly string[];
  /** Names of the wildcards this value comes from, outermost first. */
  readonly wildcards: readonly string[];
  /** Nodes inside nodes. */
  readonly depth: number;
}

/** Samples a node; an infinite stream unless the method is combinatorial. */
export type Sample = (node: DynamicNode, scope: Scope) => Generator<string>;

const MAX_WILDCARD_DEPTH = 40;

/** Each level takes a few nested generators; the stack has room for some thousands of them. */
export const MAX_SAMPLE_DEPTH = 500;

/** Pays for some steps. False when the budget is spent or something went wrong: every loop then ends. */
export function spend(scope: Scope, steps = 1): boolean {
  const { expansion } = scope;
  if (expansion.problem !== undefined) return false;
  expansion.budget -= steps;
  if (expansion.budget > 0) return true;
  return fail(scope, 'dynamic-budget', 'This prompt stands for more combinations than are computed.');
}

/** Notes the first problem; always false. */
export function fail({ expansion }: Scope, code: string, message: string): false {
  expansion.problem ??= { code, message };
  return false;
}

/** The scope inside a wildcard. Undefined, with a problem noted, when wildcard files lead back to themselves. */
export function enterWildcard(name: string, scope: Scope): Scope | undefined {
  const chain = [...scope.wildcards, name];
  // Enumerating every value of a file that contains itself never ends; a random choice ends sooner or later.
  const endless = scope.method === 'combinatorial' && scope.wildcards.includes(name);
  if (!endless && chain.length <= MAX_WILDCARD_DEPTH) return { ...scope, wildcards: chain };
  const from = Math.max(0, scope.wildcards.indexOf(name));
  const shown = chain.slice(from, from + 6).map((one) => `\`${one}\``);
  fail(scope, 'dynamic-recursion', `The wildcard \`${name}\` leads back to itself: ${shown.join(' → ')}.`);
  return undefined;
}

/** Parses the value of a wildcard. Undefined, with a problem noted, when it cannot be read. */
export function parseValue(value: string, name: string, scope: Scope): DynamicNode | undefined {
  const { parsed, marks } = scope.expansion;
  const node = parsed.get(value) ?? parseDynamic(value, marks);
  parsed.set(value, node);
  if (node.ok) return node.value;
  fail(
    scope,
    node.problem.code,
    `In the line \`${value}\` of the wildcard \`${name}\`: ${node.problem.message}`,
  );
  return undefined;
}

/** Takes the assignments out of a sequence and makes them known to the rest of it. */
export function assignVariables(
  nodes: readonly DynamicNode[],
  scope: Scope,
  sample: Sample,
): { nodes: DynamicNode[]; scope: Scope } {
  const rest: DynamicNode[] = [];
  const variables = new Map(scope.variables);
  for (const node of nodes) {
    if (node.type !== 'assignment') rest.push(node);
    else variables.set(node.name, assignedValue(node, scope, sample));
  }
  return { nodes: rest, scope: rest.length === nodes.length ? scope : { ...scope, variables } };
}

function assignedValue(node: AssignmentNode, scope: Scope, sample: Sample): DynamicNode {
  const existing = scope.variables.get(node.name);
  if (!node.overwrite && existing !== undefined) return existing;
  if (!node.immediate || node.value.type === 'literal') return node.value;
  return { type: 'literal', text: first(sample(node.value, scope)) };
}

/** The first value of a stream, or nothing. */
export function first(values: Generator<string>): string {
  const { value, done } = values.next();
  return done ? '' : value;
}

/** Joins values; a separator left over at an end because a value was empty is dropped. */
export function joinValues(values: readonly string[], separator: string): string {
  if (values.length === 1) return values[0] ?? '';
  let joined = values.join(separator);
  if (separator === '') return joined;
  if (joined.startsWith(separator)) joined = joined.slice(separator.length);
  return joined.endsWith(separator) ? joined.slice(0, -separator.length) : joined;
}
