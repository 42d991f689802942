import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinPairs } from '../../../server/src/formats/tokenizer/bytePairs';

/** The rule as it is usually written down: find the best pair, join it everywhere, begin again. */
function joinSlowly(symbols: readonly string[], ranks: ReadonlyMap<string, number>): readonly string[] {
  const rankOf = (left?: string, right?: string): number => ranks.get(`${left} ${right}`) ?? Infinity;
  let pieces = [...symbols];
  for (;;) {
    const best = Math.min(...pieces.slice(1).map((piece, index) => rankOf(pieces[index], piece)));
    if (best === Infinity) return pieces;
    const joined: string[] = [];
    for (let i = 0; i < pieces.length; i++) {
      if (rankOf(pieces[i], pieces[i + 1]) === best) joined.push(pieces[i]! + pieces[++i]!);
      else joined.push(pieces[i]!);
    }
    pieces = joined;
  }
}

const piece = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 3 });

describe('joinPairs', () => {
  it('joins what the plain rule joins, whatever the ranks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 }),
        fc.uniqueArray(
          fc.tuple(piece, piece).map(([left, right]) => `${left} ${right}`),
          { maxLength: 25 },
        ),
        (symbols, pairs) => {
          const ranks = new Map(pairs.map((pair, rank) => [pair, rank]));
          expect(joinPairs(symbols, ranks)).toEqual(joinSlowly(symbols, ranks));
        },
      ),
      { seed: 11, numRuns: 500 },
    );
  });

  it('looks a pair up a few times for each symbol, however long the word', () => {
    const pairs = ['a a', 'aa aa', 'aaaa aaaa', 'b a', 'ba aa'];
    let lookups = 0;
    const ranks = new Map(pairs.map((pair, rank) => [pair, rank]));
    const get = ranks.get.bind(ranks);
    ranks.get = (pair) => {
      lookups++;
      return get(pair);
    };
    const length = 20_000;
    joinPairs(
      Array.from({ length }, (_, index) => (index % 7 === 0 ? 'b' : 'a')),
      ranks,
    );
    expect(lookups).toBeLessThan(length * 8);
  });
});
