import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Document } from '../../server/src/language/syntax/nodes';
import { parse } from '../../server/src/language/syntax/parse';
import { reparse } from '../../server/src/language/syntax/reparse';
import { applyEdits, type Edit, editBetween } from '../../server/src/language/text/edits';
import { FUZZ_TIMEOUT, fuzzOptions, texts } from './texts';

/** Several blocks, so that there is something to keep. */
const documents = fc.array(texts, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('\n---\n'));

/** What makes and breaks separator lines, line ends and the byte order mark, and anything else. */
const inserted = fc.oneof(
  fc.constantFrom('', '-', '--', '---', '\n', '\r', '\r\n', '\n---\n', '---\r', '\ufeff', 'a', '(', ' '),
  texts,
);

const changes = fc.array(
  fc.record({ at: fc.nat(2000), length: fc.oneof(fc.constant(0), fc.nat(40)), newText: inserted }),
  { minLength: 1, maxLength: 3 },
);

function editsIn(text: string, list: readonly { at: number; length: number; newText: string }[]): Edit[] {
  return list.map(({ at, length, newText }) => {
    const start = at % (text.length + 1);
    return { range: { start, end: Math.min(text.length, start + length) }, newText };
  });
}

function expectFresh(document: Document): void {
  const fresh = parse(document.text);
  expect(JSON.stringify(document)).toBe(JSON.stringify(fresh));
  // Not among what is written out, as they are made when asked for.
  expect(JSON.stringify(document.tokens)).toBe(JSON.stringify(fresh.tokens));
}

describe('parsing again after an edit', () => {
  it(
    'gives what a fresh parse gives, edit after edit',
    () => {
      fc.assert(
        fc.property(documents, fc.array(changes, { minLength: 1, maxLength: 4 }), (text, rounds) => {
          let document = parse(text);
          for (const round of rounds) {
            const edits = editsIn(document.text, round);
            const expected = applyEdits(document.text, edits);
            document = reparse(document, edits);
            expect(document.text).toBe(expected);
            expectFresh(document);
          }
        }),
        fuzzOptions(400),
      );
    },
    FUZZ_TIMEOUT,
  );

  it('finds the edit between two texts', () => {
    fc.assert(
      fc.property(texts, texts, texts, texts, (before, removed, added, after) => {
        const [from, to] = [before + removed + after, before + added + after];
        const edit = editBetween(from, to);
        expect(applyEdits(from, [edit])).toBe(to);
        expect(edit.newText.length).toBeLessThanOrEqual(added.length);
      }),
      fuzzOptions(300),
    );
  });
});
