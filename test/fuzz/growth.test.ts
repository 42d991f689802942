import { describe, expect, it } from 'vitest';
import { parse } from '../../server/src/language/syntax/parse';
import { REPEATED } from './texts';

/**
 * A string that counts how often its characters are looked at. Time is noise on a shared machine; the number of looks
 * is the same everywhere, and a loop that runs over the rest of the text again and again shows at once.
 */
function countLooks(text: string): number {
  let looks = 0;
  const { charCodeAt, codePointAt, startsWith, indexOf, lastIndexOf } = String.prototype;
  const prototype = String.prototype as unknown as Record<string, unknown>;
  try {
    prototype.charCodeAt = function (this: string, at: number) {
      looks++;
      return charCodeAt.call(this, at);
    };
    prototype.codePointAt = function (this: string, at: number) {
      looks++;
      return codePointAt.call(this, at);
    };
    prototype.startsWith = function (this: string, what: string, at?: number) {
      looks += what.length;
      return startsWith.call(this, what, at);
    };
    prototype.indexOf = function (this: string, what: string, at?: number) {
      const found = indexOf.call(this, what, at);
      looks += (found < 0 ? this.length : found) - (at ?? 0) + 1;
      return found;
    };
    prototype.lastIndexOf = function (this: string, what: string, at?: number) {
      const found = lastIndexOf.call(this, what, at);
      looks += (at ?? this.length) - Math.max(found, 0) + 1;
      return found;
    };
    parse(text);
  } finally {
    Object.assign(prototype, { charCodeAt, codePointAt, startsWith, indexOf, lastIndexOf });
  }
  return looks;
}

describe('the work of parsing', () => {
  it.each(REPEATED)('grows with the text and no faster, for %j', (piece) => {
    const size = Math.ceil(3000 / piece.length);
    const once = countLooks(piece.repeat(size));
    const twice = countLooks(piece.repeat(size * 2));
    expect(twice).toBeLessThan(once * 2.2 + 1000);
    // No character is looked at more than a few times.
    expect(twice).toBeLessThan(piece.length * size * 2 * 25);
  });

  it('parses a line of a million characters', () => {
    const text = 'masterpiece, (best quality:1.2), '.repeat(1_000_000 / 33);
    expect(parse(text).blocks[0]?.positive.items.length).toBeGreaterThan(60_000);
  });
});
