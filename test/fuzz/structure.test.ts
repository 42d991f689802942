import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adjustWeight } from '../../server/src/language/features/adjustWeight';
import { folds } from '../../server/src/language/features/folding';
import { selectionRanges } from '../../server/src/language/features/selection';
import { semanticTokens } from '../../server/src/language/features/semanticTokens';
import { documentSymbols } from '../../server/src/language/features/symbols';
import { locate } from '../../server/src/language/syntax/nodeAt';
import { parse } from '../../server/src/language/syntax/parse';
import type { Range } from '../../server/src/shared/range';
import { FUZZ_TIMEOUT, fuzzOptions, texts } from './texts';

function expectInside({ start, end }: Range, length: number): void {
  expect(start >= 0 && start <= end && end <= length).toBe(true);
}

describe('features of the tree, on any text', () => {
  it(
    'give ranges inside the text, at every offset',
    () => {
      fc.assert(
        fc.property(texts, fc.nat(), fc.nat(20), (text, at, width) => {
          const document = parse(text);
          const start = at % (text.length + 1);
          const selection = { start, end: Math.min(text.length, start + width) };
          for (const { range } of documentSymbols(document)) expectInside(range, text.length);
          for (const { range } of folds(document)) expectInside(range, text.length);
          for (const range of selectionRanges(document, start)) expectInside(range, text.length);
          let end = 0;
          for (const { range } of semanticTokens(document)) {
            expect(range.start).toBeGreaterThanOrEqual(end);
            end = range.end;
          }
          expectInside({ start: 0, end }, text.length);
          for (const { range } of locate(document, start).items) expectInside(range, text.length);
          for (const direction of ['up', 'down'] as const) {
            const change = adjustWeight(document, selection, direction);
            for (const { range } of change?.edits ?? []) expectInside(range, text.length);
          }
        }),
        fuzzOptions(1500),
      );
    },
    FUZZ_TIMEOUT,
  );
});
