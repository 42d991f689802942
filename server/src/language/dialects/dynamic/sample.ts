import {
  assignVariables,
  combinations,
  enterValue,
  fail,
  first,
  joinValues,
  type Scope,
  spend,
} from './context';
import { type DynamicNode, nodeKey, type SequenceNode, type VariantsNode, type WildcardNode } from './nodes';

/**
 * Streams what a node stands for. Combinatorial streams end after the last combination, the others go on for ever, and
 * all of them end when the budget is spent.
 */
export function* sample(node: DynamicNode, outer: Scope): Generator<string> {
  const scope = withSampler(node, outer);
  const combinatorial = scope.method === 'combinatorial';
  switch (node.type) {
    case 'literal':
      do {
        if (!spend(scope)) return;
        yield node.text;
      } while (!combinatorial);
      return;
    case 'sequence':
      yield* combinatorial ? everySequence(node, scope) : someSequence(node, scope);
      return;
    case 'variants': {
      const variants = spreadWildcard(node, scope);
      yield* combinatorial ? everyVariant(variants, scope) : someVariant(variants, scope);
      return;
    }
    case 'wildcard':
      yield* sampleWildcard(node, scope);
      return;
    case 'variable':
      yield* sampleVariable(node, scope);
      return;
    case 'wrap':
      yield* sampleWrap(node, scope);
      return;
    case 'assignment':
      fail(
        scope,
        'dynamic-assignment',
        `\`\${${node.name}=…}\` stands alone; there is nothing to use it in.`,
      );
  }
}

/** A node's own sampler counts, except that a choice inside a random one cannot enumerate. */
function withSampler(node: DynamicNode, scope: Scope): Scope {
  const own = node.type === 'variants' || node.type === 'wildcard' ? node.sampler : null;
  if (own === null || own === scope.method) return scope;
  if (own === 'combinatorial') return scope;
  return { ...scope, method: own };
}

function isEndless(node: DynamicNode, scope: Scope): boolean {
  return withSampler(node, scope).method !== 'combinatorial';
}

/** The first piece varies slowest; an endless piece takes its next value each time. */
function* everySequence(node: SequenceNode, outer: Scope): Generator<string> {
  const { nodes, scope } = assignVariables(node.nodes, outer, sample);
  const endless = new Map(
    nodes.filter((piece) => isEndless(piece, scope)).map((piece) => [piece, sample(piece, scope)] as const),
  );
  function* from(index: number): Generator<string> {
    const piece = nodes[index];
    if (piece === undefined) {
      yield '';
      return;
    }
    const stream = endless.get(piece);
    if (stream !== undefined) for (const rest of from(index + 1)) yield first(stream) + rest;
    else for (const value of sample(piece, scope)) for (const rest of from(index + 1)) yield value + rest;
  }
  for (const value of from(0)) {
    if (!spend(scope)) return;
    yield value;
  }
}

function* someSequence(node: SequenceNode, outer: Scope): Generator<string> {
  const { nodes, scope } = assignVariables(node.nodes, outer, sample);
  const streams = nodes.map((piece) => sample(piece, scope));
  while (spend(scope)) yield streams.map(first).join('');
}

/** `{__colours__}` chooses among the wildcard's values, not among one wildcard. */
function spreadWildcard(node: VariantsNode, scope: Scope): VariantsNode {
  const only = node.options.length === 1 ? node.options[0]?.value : undefined;
  if (only?.type !== 'wildcard') return node;
  const options: { value: DynamicNode; weight: number }[] = [];
  for (const value of scope.expansion.wildcards(first(sample(only.path, scope)))) {
    const entered = enterValue(value, scope);
    if (entered === undefined) break;
    options.push({ value: entered[0], weight: 1 });
  }
  return {
    ...node,
    options,
    min: Math.min(node.min, options.length),
    max: Math.min(node.max, options.length),
  };
}

function* everyVariant(node: VariantsNode, scope: Scope): Generator<string> {
  const options = node.options.map(({ value }) => ({ value, key: nodeKey(value) }));
  const seen = new Set<string>();
  for (let count = Math.min(node.min, options.length); count <= Math.min(node.max, options.length); count++)
    for (const combination of combinations(options, count))
      for (const values of everyCombination(
        combination.map(({ value }) => value),
        scope,
      )) {
        if (!spend(scope)) return;
        const distinct = [...new Set(values)];
        const key = JSON.stringify(distinct);
        if (distinct.length !== count || seen.has(key)) continue;
        seen.add(key);
        yield joinValues(distinct, node.separator);
      }
}

function* everyCombination(nodes: readonly DynamicNode[], scope: Scope): Generator<string[]> {
  const [head, ...tail] = nodes;
  if (head === undefined) {
    yield [];
    return;
  }
  const stream = sample(head, scope);
  if (isEndless(head, scope))
    for (const rest of everyCombination(tail, scope)) yield [first(stream), ...rest];
  else for (const value of stream) for (const rest of everyCombination(tail, scope)) yield [value, ...rest];
}

function* someVariant(node: VariantsNode, scope: Scope): Generator<string> {
  const only = node.options[0];
  if (only === undefined) return;
  if (node.options.length === 1) {
    yield* sample(only.value, scope);
    return;
  }
  const min = Math.min(node.min, node.options.length);
  const max = Math.min(node.max, node.options.length);
  if (scope.method === 'cycle') {
    yield* cycleVariants(node, min, max, scope);
    return;
  }
  const { random } = scope.expansion;
  while (spend(scope)) {
    const rest = [...node.options];
    const chosen: string[] = [];
    for (let count = min + random.below(max - min + 1); count > 0; count--) {
      const index = weightedIndex(
        rest.map(({ weight }) => weight),
        random.real(),
      );
      const [option] = rest.splice(index, 1);
      if (option !== undefined) chosen.push(first(sample(option.value, scope)));
    }
    yield joinValues(chosen, node.separator);
  }
}

function* cycleVariants(node: VariantsNode, min: number, max: number, scope: Scope): Generator<string> {
  const options = node.options.map(({ value }) => ({ value, key: nodeKey(value) }));
  while (spend(scope))
    for (let count = min; count <= max; count++)
      for (const combination of combinations(options, count)) {
        if (!spend(scope)) return;
        yield joinValues(
          combination.map(({ value }) => first(sample(value, scope))),
          node.separator,
        );
      }
}

/** The option a point of [0, 1) falls on. */
function weightedIndex(weights: readonly number[], point: number): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  for (let index = 0; index < weights.length - 1; index++) {
    sum += weights[index] ?? 0;
    if (point * total < sum) return index;
  }
  return weights.length - 1;
}

function* sampleWildcard(node: WildcardNode, outer: Scope): Generator<string> {
  const name = first(sample(node.path, outer));
  const scope = { ...outer, variables: new Map([...outer.variables, ...node.variables]) };
  const { expansion, method } = scope;
  const values = expansion.wildcards(name);
  const { wildcardWrap } = expansion.marks;
  if (values.length === 0) {
    // A missing wildcard stays as it is, again and again, in every method.
    while (spend(scope)) yield `${wildcardWrap}${name}${wildcardWrap}`;
    return;
  }
  for (let turn = 0; method === 'combinatorial' ? turn < values.length : true; turn++) {
    if (!spend(scope)) return;
    const index = method === 'random' ? expansion.random.below(values.length) : turn % values.length;
    const entered = enterValue(values[index] ?? '', scope);
    if (entered === undefined) return;
    if (method === 'combinatorial') yield* sample(...entered);
    else yield first(sample(...entered));
  }
}

function* sampleVariable(node: { name: string; fallback?: DynamicNode }, scope: Scope): Generator<string> {
  const value = scope.variables.get(node.name) ?? node.fallback;
  if (value === undefined) fail(scope, 'dynamic-variable', `The variable ${node.name} has no value.`);
  else if (scope.open.includes(node.name))
    fail(scope, 'dynamic-recursion', `The variable ${node.name} needs its own value.`);
  else yield* sample(value, { ...scope, open: [...scope.open, node.name] });
}

/** The text around `...` in the wrapper is put around the inner text; without the mark it goes before it. */
function* sampleWrap(node: { wrapper: DynamicNode; inner: DynamicNode }, scope: Scope): Generator<string> {
  const around = (wrapper: string, inner: string): string => {
    const at = wrapper.search(/\.\.\.|…/);
    if (at < 0) return wrapper + inner;
    return wrapper.slice(0, at) + inner + wrapper.slice(at + (wrapper[at] === '…' ? 1 : 3));
  };
  if (scope.method === 'combinatorial') {
    for (const wrapper of sample(node.wrapper, scope))
      for (const inner of sample(node.inner, scope)) yield around(wrapper, inner);
    return;
  }
  const wrappers = sample(node.wrapper, scope);
  const inners = sample(node.inner, scope);
  while (spend(scope)) yield around(first(wrappers), first(inners));
}
