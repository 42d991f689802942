import { type Place, tuples } from './combine';
import { assignVariables, fail, first, MAX_SAMPLE_DEPTH, type Scope, spend } from './context';
import { type DynamicNode, nodeKey, type SequenceNode, type VariableNode, type WrapNode } from './nodes';
import { sampleVariants } from './sampleVariants';
import { sampleWildcard } from './sampleWildcard';

/**
 * Streams what a node stands for. Combinatorial streams end after the last combination, the others go on for ever, and
 * all of them end when the budget is spent. Follows the samplers of dynamicprompts 0.31.0, the order of its random
 * draws included.
 */
export function* sample(node: DynamicNode, outer: Scope): Generator<string> {
  const scope = { ...withSampler(node, outer), depth: outer.depth + 1 };
  if (scope.depth > MAX_SAMPLE_DEPTH) {
    fail(scope, 'dynamic-too-deep', 'The templates of this prompt are nested too deeply.');
    return;
  }
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
    case 'variants':
      yield* sampleVariants(node, scope, sample);
      return;
    case 'wildcard':
      yield* sampleWildcard(node, scope, sample);
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

/** A node's own sampler counts, except that a choice inside a random or cyclical one cannot enumerate. */
function withSampler(node: DynamicNode, scope: Scope): Scope {
  const own = node.type === 'variants' || node.type === 'wildcard' ? node.sampler : null;
  if (own === null || own === scope.method || own === 'combinatorial') return scope;
  return { ...scope, method: own };
}

/** A place for a node: endless where its sampler is. */
export function placeOf(node: DynamicNode, scope: Scope): Place {
  return {
    endless: withSampler(node, scope).method !== 'combinatorial',
    open: () => sample(node, scope),
  };
}

/** Equal endless pieces share one stream, which is one value ahead, as in dynamicprompts. */
function* everySequence(node: SequenceNode, outer: Scope): Generator<string> {
  const { nodes, scope } = assignVariables(node.nodes, outer, sample);
  const shared = new Map<string, Generator<string>>();
  const places = nodes.map((piece): Place => {
    const place = placeOf(piece, scope);
    if (!place.endless) return place;
    const key = nodeKey(piece);
    const stream = shared.get(key) ?? oneAhead(place.open());
    shared.set(key, stream);
    return { endless: true, open: () => stream };
  });
  for (const values of tuples(places, scope)) yield values.join('');
}

function oneAhead(stream: Generator<string>): Generator<string> {
  let next = stream.next();
  return (function* () {
    while (!next.done) {
      const { value } = next;
      next = stream.next();
      yield value;
    }
  })();
}

function* someSequence(node: SequenceNode, outer: Scope): Generator<string> {
  const { nodes, scope } = assignVariables(node.nodes, outer, sample);
  const streams = nodes.map((piece) => sample(piece, scope));
  while (spend(scope)) yield streams.map(first).join('');
}

function* sampleVariable(node: VariableNode, scope: Scope): Generator<string> {
  const value = scope.variables.get(node.name) ?? node.fallback;
  if (value === undefined || isEmpty(value))
    fail(
      scope,
      'dynamic-variable',
      `The variable \`${node.name}\` has no value. Give it one before it is used: \`\${${node.name}=red}\`, or write a default: \`\${${node.name}:red}\`.`,
    );
  else if (scope.open.includes(node.name))
    fail(scope, 'dynamic-recursion', `The variable \`${node.name}\` needs its own value.`);
  else yield* sample(value, { ...scope, open: [...scope.open, node.name] });
}

function isEmpty(node: DynamicNode): boolean {
  return node.type === 'sequence' && node.nodes.length === 0;
}

/** What dynamicprompts takes for an ellipsis: three or more dots, or a character for one. */
const ELLIPSIS = /[\u1801\u2026\u22ee\u22ef\u22f0\u22f1\ufe19]+|\.{3,}/u;

/** The text around `...` in the wrapper is put around the inner text; without the mark it goes before it. */
function around(wrapper: string, inner: string): string {
  const mark = ELLIPSIS.exec(wrapper);
  if (mark === null) return wrapper + inner;
  return wrapper.slice(0, mark.index) + inner + wrapper.slice(mark.index + mark[0].length);
}

function* sampleWrap(node: WrapNode, scope: Scope): Generator<string> {
  if (scope.method === 'combinatorial') {
    // An empty side gives no prompt at all in dynamicprompts.
    if (isEmpty(node.wrapper) || isEmpty(node.inner)) return;
    for (const wrapper of sample(node.wrapper, scope))
      for (const inner of sample(node.inner, scope)) yield around(wrapper, inner);
    return;
  }
  const wrappers = sample(node.wrapper, scope);
  const inners = sample(node.inner, scope);
  while (spend(scope)) yield around(first(wrappers), first(inners));
}
