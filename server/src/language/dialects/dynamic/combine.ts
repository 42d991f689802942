import { first, type Scope, spend } from './context';

/** An option with a structural key: options with equal keys are one option. */
export interface Keyed {
  readonly key: string;
}

/** Every ordered choice of `count` options; an option that is chosen takes its equals out of the choice. */
export function* combinations<Option extends Keyed>(
  options: readonly Option[],
  count: number,
  scope: Scope,
): Generator<Option[]> {
  if (count <= 0) {
    yield [];
    return;
  }
  const pools: (readonly Option[])[] = [options];
  const positions: number[] = [-1];
  while (positions.length > 0) {
    const level = positions.length - 1;
    const pool = pools[level] as readonly Option[];
    const position = (positions[level] as number) + 1;
    if (!spend(scope)) return;
    if (position >= pool.length) {
      pools.pop();
      positions.pop();
      continue;
    }
    positions[level] = position;
    if (level === count - 1) {
      yield positions.map((at, index) => (pools[index] as readonly Option[])[at] as Option);
      continue;
    }
    const chosen = pool[position] as Option;
    if (!spend(scope, pool.length >> 5)) return;
    pools.push(pool.filter((other) => other.key !== chosen.key));
    positions.push(-1);
  }
}

/** A place of a tuple: a stream that ends, opened anew for every choice before it, or one that goes on for ever. */
export interface Place {
  readonly endless: boolean;
  open(): Generator<string>;
}

/**
 * Every tuple of values: the first place varies slowest. Endless places take their next value once a tuple, from the
 * last place to the first, as dynamicprompts 0.31.0 does.
 */
export function* tuples(places: readonly Place[], scope: Scope): Generator<string[]> {
  const streams: Generator<string>[] = [];
  const values: string[] = [];
  let level = 0;
  for (;;) {
    while (level < places.length) {
      const place = places[level] as Place;
      const stream = place.open();
      streams[level] = stream;
      if (!place.endless) {
        const { value, done } = stream.next();
        if (done) break;
        values[level] = value;
      }
      level++;
    }
    if (level === places.length) {
      for (let at = places.length - 1; at >= 0; at--)
        if (places[at]?.endless) values[at] = first(streams[at] as Generator<string>);
      if (!spend(scope, 1 + (places.length >> 3))) return;
      yield [...values];
    }
    for (level--; ; level--) {
      if (level < 0) return;
      if (places[level]?.endless) continue;
      const { value, done } = (streams[level] as Generator<string>).next();
      if (done) continue;
      values[level++] = value;
      break;
    }
  }
}
