import { combinations, type Place, tuples } from './combine';
import { enterWildcard, first, joinValues, parseValue, type Sample, type Scope, spend } from './context';
import { type DynamicNode, nodeKey, type VariantsNode } from './nodes';
import { repeated } from './wildcards';

/** Samples `{a|b}` by the method of the scope. */
export function* sampleVariants(node: VariantsNode, outer: Scope, sample: Sample): Generator<string> {
  const [variants, scope] = spreadWildcard(node, outer, sample);
  if (variants.options.length === 0) return;
  if (scope.method === 'combinatorial') yield* everyVariant(variants, scope, sample);
  else if (scope.method === 'cycle') yield* cycleVariants(variants, scope, sample);
  else yield* someVariant(variants, scope, sample);
}

/** `{__colours__}` chooses among the wildcard's values, not among one wildcard; a wildcard without values stays text. */
function spreadWildcard(node: VariantsNode, outer: Scope, sample: Sample): [VariantsNode, Scope] {
  let variants = node;
  let scope = outer;
  for (;;) {
    const only = variants.options.length === 1 ? variants.options[0]?.value : undefined;
    if (only?.type !== 'wildcard') return [variants, scope];
    const name = first(sample(only.path, scope));
    const values = scope.expansion.wildcards(name);
    if (values.length === 0) return [variants, scope];
    const inside = enterWildcard(name, scope);
    const options: { value: DynamicNode; weight: number }[] = [];
    for (const value of inside === undefined ? [] : values) {
      const parsed = parseValue(value.text, name, scope);
      if (parsed === undefined) break;
      for (let times = repeated(value); times > 0; times--) options.push({ value: parsed, weight: 1 });
    }
    if (inside === undefined || options.length === 0) return [{ ...variants, options: [] }, scope];
    variants = {
      ...variants,
      options,
      min: Math.min(variants.min, values.length),
      max: Math.min(variants.max, values.length),
    };
    scope = inside;
  }
}

function boundsOf({ min, max, options }: VariantsNode): [min: number, max: number] {
  return [Math.min(min, options.length), Math.min(max, options.length)];
}

function keyed(node: VariantsNode): { value: DynamicNode; key: string }[] {
  return node.options.map(({ value }) => ({ value, key: nodeKey(value) }));
}

function* everyVariant(node: VariantsNode, scope: Scope, sample: Sample): Generator<string> {
  const options = keyed(node);
  const seen = new Set<string>();
  const [min, max] = boundsOf(node);
  for (let count = min; count <= max; count++)
    for (const combination of combinations(options, count, scope)) {
      const places = combination.map(
        ({ value }): Place => ({
          endless:
            (value.type === 'variants' || value.type === 'wildcard') &&
            value.sampler !== null &&
            value.sampler !== 'combinatorial',
          open: () => sample(value, scope),
        }),
      );
      for (const values of tuples(places, scope)) {
        const distinct = [...new Set(values)];
        const key = JSON.stringify(distinct);
        if (distinct.length !== count || seen.has(key)) continue;
        seen.add(key);
        yield joinValues(distinct, node.separator);
      }
    }
}

function* someVariant(node: VariantsNode, scope: Scope, sample: Sample): Generator<string> {
  const only = node.options[0];
  if (node.options.length === 1 && only !== undefined) {
    yield* sample(only.value, scope);
    return;
  }
  const [min, max] = boundsOf(node);
  const options = keyed(node);
  const { random } = scope.expansion;
  while (spend(scope)) {
    // Python removes the first option equal to the chosen one, and the first weight equal to its weight.
    const rest = [...options];
    const weights = node.options.map(({ weight }) => weight);
    const chosen: Generator<string>[] = [];
    const count = min + random.below(max - min + 1);
    for (let turn = 0; turn < count; turn++) {
      if (!spend(scope, 1 + (rest.length >> 5))) return;
      const option = rest[random.weighted(weights)] as { value: DynamicNode; key: string };
      const index = rest.findIndex(({ key }) => key === option.key);
      weights.splice(weights.indexOf(weights[index] as number), 1);
      rest.splice(index, 1);
      chosen.push(sample(option.value, scope));
    }
    yield joinValues(chosen.map(first), node.separator);
  }
}

/** Takes the combinations in turn; each goes on where its own streams stopped. */
function* cycleVariants(node: VariantsNode, scope: Scope, sample: Sample): Generator<string> {
  const options = keyed(node);
  const [min, max] = boundsOf(node);
  const known: Generator<string>[][] = [];
  const nextOf = (streams: readonly Generator<string>[]): string => {
    const values: string[] = [];
    for (let at = streams.length - 1; at >= 0; at--) values[at] = first(streams[at] as Generator<string>);
    return joinValues(values, node.separator);
  };
  for (let count = min; count <= max; count++)
    for (const combination of combinations(options, count, scope)) {
      if (!spend(scope)) return;
      const streams = combination.map(({ value }) => sample(value, scope));
      known.push(streams);
      yield nextOf(streams);
    }
  while (known.length > 0)
    for (const streams of known) {
      if (!spend(scope)) return;
      yield nextOf(streams);
    }
}
