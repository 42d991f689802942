import type { WildcardValue } from '../../../shared/wildcards';
import { enterWildcard, first, parseValue, type Sample, type Scope, spend } from './context';
import type { WildcardNode } from './nodes';
import { repeated } from './wildcards';

/** How many values Python's generator of weighted choices draws in one go. */
const DRAWN_AT_ONCE = 10;

/** Samples `__name__`. A wildcard without values stays in the text. */
export function* sampleWildcard(node: WildcardNode, outer: Scope, sample: Sample): Generator<string> {
  const { expansion } = outer;
  const name = first(sample(node.path, outer));
  const values = expansion.wildcards(name);
  const variables = new Map([...outer.variables, ...node.variables]);
  if (values.length === 0) {
    yield* missing(node, name, { ...outer, variables }, sample);
    return;
  }
  const entered = enterWildcard(name, outer);
  if (entered === undefined) return;
  const scope: Scope = { ...entered, variables };
  if (scope.method === 'combinatorial') {
    for (const value of values) {
      const parsed = parseValue(value.text, name, scope);
      if (parsed === undefined) return;
      for (let times = repeated(value); times > 0 && spend(scope); times--) yield* sample(parsed, scope);
    }
  } else if (scope.method === 'cycle') yield* cycleValues(values, name, scope, sample);
  else
    for (const value of randomValues(values, scope)) {
      if (!spend(scope)) return;
      const parsed = parseValue(value, name, scope);
      if (parsed === undefined) return;
      yield first(sample(parsed, scope));
    }
}

function* missing(node: WildcardNode, name: string, scope: Scope, sample: Sample): Generator<string> {
  const { expansion, method } = scope;
  const wrap = expansion.marks.wildcardWrap;
  expansion.missing.add(name);
  // dynamicprompts samples the name a second time, with the wildcard's own variables.
  const shown = node.path.type === 'literal' ? name : first(sample(node.path, scope));
  do {
    if (!spend(scope)) return;
    yield `${shown.startsWith(wrap) ? '' : wrap}${shown}${shown.endsWith(wrap) ? '' : wrap}`;
  } while (expansion.repeats || method !== 'combinatorial');
}

/** The values in turn, each going on where its own stream stopped. */
function* cycleValues(
  values: readonly WildcardValue[],
  name: string,
  scope: Scope,
  sample: Sample,
): Generator<string> {
  const streams: Generator<string>[] = [];
  for (const value of values) {
    const parsed = parseValue(value.text, name, scope);
    if (parsed === undefined) return;
    for (let times = repeated(value); times > 0; times--) streams.push(sample(parsed, scope));
  }
  while (streams.length > 0)
    for (const stream of streams) {
      if (!spend(scope)) return;
      yield first(stream);
    }
}

/** Values as `random.choice` draws them, or `random.choices` where their weights differ. */
function* randomValues(values: readonly WildcardValue[], scope: Scope): Generator<string> {
  const { random } = scope.expansion;
  const weights = values.map(({ weight = 1 }) => weight);
  const varied = weights.some((weight) => weight !== weights[0]);
  for (;;) {
    if (!varied) yield values[random.below(values.length)]?.text ?? '';
    else {
      const drawn = Array.from({ length: DRAWN_AT_ONCE }, () => values[random.weighted(weights)]?.text ?? '');
      yield* drawn;
    }
  }
}
