import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateLenses } from '../../../server/src/language/features/codeLenses';
import { complete } from '../../../server/src/language/features/completion';
import { hover } from '../../../server/src/language/features/hover';
import { inlayHints } from '../../../server/src/language/features/inlayHints';
import { fileLinks } from '../../../server/src/language/features/links';
import { referencesIn, symbolAt } from '../../../server/src/language/features/references';
import { renameIn } from '../../../server/src/language/features/rename';
import { parse } from '../../../server/src/language/syntax/parse';
import type { Range } from '../../../server/src/shared/range';
import { environment, lora, model } from './support';

const ENV = environment([lora('x', { triggerWords: ['a b'], alias: 'y' }), lora('猫 1.5')], {
  models: [model('m')],
  baseModel: model('m'),
  embeddings: [{ name: 'a' }, { name: 'b-c' }],
  wildcards: ['w/v'],
  countTokens: (text) => text.length,
});

const PIECES = [
  ...'()[]<>:|,\\#{}"_ \n\r\t-.1aé猫😀\ud800\u0000＜：',
  '<lora:',
  '<lora:x:1>',
  '<lora:猫 1.5:0,8>',
  '<',
  '__w/v__',
  'a b',
  'BREAK',
  ' AND ',
  '\n---\n',
  '\nNegative prompt: ',
  '\nSteps: 20, Sampler: Euler a, Model: m',
  'Size: ',
  '0.5',
  '[a:b:0.5]',
  '[a|b]',
  '# sdprompt-disable-file',
  '\ufeff',
];
const TEXTS = fc.array(fc.constantFrom(...PIECES), { maxLength: 25 }).map((pieces) => pieces.join(''));

function inside(range: Range, length: number): void {
  expect(range.start).toBeGreaterThanOrEqual(0);
  expect(range.end).toBeGreaterThanOrEqual(range.start);
  expect(range.end).toBeLessThanOrEqual(length);
}

describe('every feature, on any text, at any offset', () => {
  it('answers with ranges inside the text', () => {
    fc.assert(
      fc.property(TEXTS, fc.nat(), fc.constantFrom(undefined, '<', ':', ' ', '_'), (text, at, trigger) => {
        const document = parse(text);
        const { length } = text;
        const offset = length === 0 ? 0 : at % (length + 1);
        for (const item of complete(document, offset, ENV, trigger).items) {
          inside(item.range, length);
          expect(item.range.start <= offset && offset <= item.range.end).toBe(true);
          expect(text.slice(item.range.start, item.range.end)).not.toMatch(/[\r\n]/);
        }
        const found = hover(document, offset, ENV);
        if (found) inside(found.range, length);
        for (const lens of generateLenses(document)) inside({ start: lens.offset, end: lens.offset }, length);
        for (const hint of inlayHints(document, { start: 0, end: length }, ENV)) {
          inside({ start: hint.offset, end: hint.offset }, length);
        }
        for (const link of fileLinks(document, ENV)) inside(link.range, length);
        const symbol = symbolAt(document, offset, ENV);
        if (symbol) {
          const places = referencesIn(document, symbol, ENV);
          for (const range of places) inside(range, length);
          expect(places).toContainEqual(symbol.range);
          const edits = renameIn(document, symbol, 'zz', ENV);
          for (const [index, { range }] of edits.entries()) {
            const next = edits[index + 1]?.range.start ?? length;
            expect(range.end).toBeLessThanOrEqual(next);
          }
        }
      }),
      { seed: 20261, numRuns: 1500 },
    );
  });
});
