import type { AssignmentNode, DynamicMarks, DynamicNode, DynamicSampler } from './nodes';
import { parseDynamic } from './parse';
import type { PythonRandom } from './random';
import type { WildcardLookup } from './wildcards';

/** What one expansion shares: where wildcards come from, randomness, and how much work is left. */
export interface Expansion {
  readonly wildcards: WildcardLookup;
  readonly random: PythonRandom;
  readonly marks: DynamicMarks;
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
  /** Variables being worked out, to notice one that needs itself. */
  readonly open: readonly string[];
  /** Wildcards inside wildcards. */
  readonly depth: number;
}

/** Samples a node; an infinite stream unless the method is combinatorial. */
export type Sample = (node: DynamicNode, scope: Scope) => Generator<string>;

const MAX_WILDCARD_DEPTH = 40;

/** Pays for one step. False when the budget is spent or something went wrong: every loop then ends. */
export function spend(scope: Scope): boolean {
  const { expansion } = scope;
  if (expansion.problem !== undefined) return false;
  if (--expansion.budget > 0) return true;
  return fail(scope, 'dynamic-budget', 'This prompt stands for more combinations than are worked out.');
}

/** Notes the first problem; always false. */
export function fail({ expansion }: Scope, code: string, message: string): false {
  expansion.problem ??= { code, message };
  return false;
}

/** Parses and enters the value of a wildcard. Undefined when it cannot be read or wildcards go round in circles. */
export function enterValue(value: string, scope: Scope): [DynamicNode, Scope] | undefined {
  if (scope.depth >= MAX_WILDCARD_DEPTH) {
    fail(scope, 'dynamic-recursion', `The wildcard value ${value} leads back to itself.`);
    return undefined;
  }
  const node = parseDynamic(value, scope.expansion.marks);
  if (!node.ok) {
    fail(scope, node.problem.code, `In the wildcard value ${value}: ${node.problem.message}`);
    return undefined;
  }
  return [node.value, { ...scope, depth: scope.depth + 1 }];
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

/** Every ordered choice of `count` options; equal options count as one. */
export function* combinations<Option extends { readonly key: string }>(
  options: readonly Option[],
  count: number,
): Generator<Option[]> {
  if (count <= 0) yield [];
  else
    for (const option of options) {
      const others = options.filter((other) => other.key !== option.key);
      for (const rest of combinations(others, count - 1)) yield [option, ...rest];
    }
}
