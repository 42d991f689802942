import { describe, expect, it } from 'vitest';
import { folds } from '../../../server/src/language/features/folding';
import { selectionRanges } from '../../../server/src/language/features/selection';
import {
  SEMANTIC_TOKEN_MODIFIERS,
  SEMANTIC_TOKEN_TYPES,
  semanticTokens,
} from '../../../server/src/language/features/semanticTokens';
import { type DocumentSymbol, documentSymbols } from '../../../server/src/language/features/symbols';
import { parse } from '../../../server/src/language/syntax/parse';
import type { Range } from '../../../server/src/shared/range';
import { atCursor } from './support';

const slice = (text: string, { start, end }: Range): string => text.slice(start, end);

describe('documentSymbols', () => {
  const text = 'a cat, <lora:x:0.5>\nNegative prompt: low, <lora:y:1>\nSteps: 20, Seed: 1\n---\nb';

  const outline = (symbols: readonly DocumentSymbol[]): unknown[] =>
    symbols.map(({ kind, name, detail, children }) => [
      `${kind} ${name} ${detail}`.trim(),
      ...outline(children),
    ]);

  it('lists blocks, networks, negative prompts and parameters', () => {
    expect(outline(documentSymbols(parse(text)))).toEqual([
      [
        'block a cat',
        ['network x lora 0.5'],
        ['negative Negative prompt low, <lora:y:1>', ['network y lora 1']],
        ['parameters Parameters', ['parameter Steps 20'], ['parameter Seed 1']],
      ],
      ['block b'],
    ]);
  });

  it('keeps selections and children inside their symbol', () => {
    const check = (symbol: DocumentSymbol): void => {
      for (const { start, end } of [symbol.selectionRange, ...symbol.children.map(({ range }) => range)]) {
        expect(start).toBeGreaterThanOrEqual(symbol.range.start);
        expect(end).toBeLessThanOrEqual(symbol.range.end);
      }
      symbol.children.forEach(check);
    };
    for (const document of [text, '', 'a\nNegative prompt:\nSteps: ', '<lora:', '---\n\n---']) {
      documentSymbols(parse(document)).forEach(check);
    }
  });
});

describe('folds', () => {
  const kinds = (text: string) =>
    folds(parse(text)).map(({ kind, range }) => `${kind} ${JSON.stringify(slice(text, range))}`);

  it('folds blocks, comments, regions and brackets of several lines', () => {
    expect(kinds('# one\n# two\na, (b,\nc)\n---\nd')).toEqual([
      'block "# one\\n# two\\na, (b,\\nc)"',
      'comment "# one\\n# two"',
      'group "(b,\\nc)"',
    ]);
    expect(kinds('# region x\na\n---\nb\n# endregion\nc')).toContain(
      'region "# region x\\na\\n---\\nb\\n# endregion"',
    );
  });

  it('folds nothing that is one line', () => {
    expect(kinds('a, (b)\n---\nc # d\n')).toEqual([]);
  });
});

describe('selectionRanges', () => {
  it.each([
    ['a, (red h|at, b:1.2)', ['hat', 'red hat', 'red hat, b', '(red hat, b:1.2)', 'a, (red hat, b:1.2)']],
    ['<lora:x y|:1>, a', ['x y', 'lora:x y:1', '<lora:x y:1>', '<lora:x y:1>, a']],
    ['[a:b c|:3]', ['c', 'b c', '[a:b c:3]']],
    ['[a¦b| c]', ['b', 'b c', '[a|b c]']],
    ['a\nSteps: 2|0, Seed: 1', ['20', 'Steps: 20', 'Steps: 20, Seed: 1', 'a\nSteps: 20, Seed: 1']],
    ['a\nNegative prompt: b|', ['b', 'Negative prompt: b', 'a\nNegative prompt: b']],
  ])('%s', (marked, expected) => {
    const { document, offset, text } = atCursor(marked);
    expect(selectionRanges(document, offset).map((range) => slice(text, range))).toEqual(expected);
  });

  it('always gives ranges that grow and hold the offset', () => {
    const text = 'a, (b [c|d]:1.2) # e\nNegative prompt: <lora:x:1>\nSteps: 20\n---\n\n(f';
    const document = parse(text);
    for (let offset = 0; offset <= text.length; offset++) {
      const ranges = selectionRanges(document, offset);
      ranges.forEach((range, index) => {
        const inner = ranges[index - 1] ?? { start: offset, end: offset };
        expect(range.start <= inner.start && inner.end <= range.end).toBe(true);
        if (index > 0) expect(range.end - range.start).toBeGreaterThan(inner.end - inner.start);
      });
    }
  });
});

describe('semanticTokens', () => {
  const tokens = (text: string) =>
    semanticTokens(parse(text)).map(
      ({ type, modifiers, range }) => `${[type, ...modifiers].join('.')} ${slice(text, range)}`,
    );

  it('gives words the brightness of their weight', () => {
    expect(tokens('a, (b), (c:1.5), [d], (e:0.3), ((f)), ([g])')).toEqual([
      'word.stronger b',
      'word.strongest c',
      'number 1.5',
      'word.weaker d',
      'word.weakest e',
      'number 0.3',
      'word.stronger f',
    ]);
  });

  it('marks keywords and networks only where they work', () => {
    expect(tokens('a BREAK (b BREAK:1) AND <lora:x:te=1:0.5>')).toEqual([
      'keyword BREAK',
      'number 1',
      'keyword AND',
      'macro lora',
      'class x',
      'parameter te',
      'number 1',
      'number 0.5',
    ]);
    expect(tokens('Negative prompt: a AND <lora:x:1>')).toEqual(['keyword Negative prompt:']);
  });

  it('marks comments and parameters', () => {
    expect(tokens('[a:b:3] # c\nSteps: 20')).toEqual([
      'number 3',
      'comment # c',
      'property Steps',
      'string 20',
    ]);
  });

  it('gives tokens of one line each, in order, of known types', () => {
    const text = '((a\nb\r\n c)), # d\n[e:(f:2):0.5]\nNegative prompt: (g\nh)\nSteps: 20';
    let end = 0;
    for (const { range, type, modifiers } of semanticTokens(parse(text))) {
      expect(range.start).toBeGreaterThanOrEqual(end);
      expect(slice(text, range)).not.toMatch(/[\r\n]/);
      expect(SEMANTIC_TOKEN_TYPES).toContain(type);
      for (const modifier of modifiers) expect(SEMANTIC_TOKEN_MODIFIERS).toContain(modifier);
      end = range.end;
    }
    expect(end).toBe(text.length);
  });
});
