import { describe, expect, it } from 'vitest';
import { MAX_BRACKET_DEPTH, parseAttention } from '../../../server/src/language/analysis/attention';
import { stripComments } from '../../../server/src/language/analysis/comments';
import { findEmbeddings } from '../../../server/src/language/analysis/embeddings';
import { infotextRecord, parseInfotext } from '../../../server/src/language/analysis/infotext';
import { withInfotextDefaults } from '../../../server/src/language/analysis/infotextDefaults';
import { formatInfotext, sortParameters } from '../../../server/src/language/analysis/infotextWrite';
import { editMapped, mapSlice, sliceMapped, sourceRange } from '../../../server/src/language/analysis/mapped';
import { resolveSchedule } from '../../../server/src/language/analysis/schedule/schedule';
import { mergeStyles, parseStylesCsv } from '../../../server/src/language/analysis/styles';
import { runKind } from '../../../server/src/language/dialects';
import { parseFloatPython, parseIntPython } from '../../../server/src/language/text/python';
import { quoteValue, unquoteValue } from '../../../server/src/language/text/quotedValue';

describe('mapped text', () => {
  it('keeps the source of every character through several edits', () => {
    const source = '..abcdefgh';
    let mapped = mapSlice(source.slice(2), 2);
    mapped = editMapped(mapped, [{ start: 1, end: 3, insert: '\n' }]);
    mapped = editMapped(mapped, [{ start: 4, end: 5, insert: '' }]);
    expect(mapped.text).toBe('a\ndeg'.concat('h'));
    for (let at = 0; at < mapped.text.length; at++) {
      const { start, end } = sourceRange(mapped, at, at + 1);
      if (mapped.text[at] !== '\n') expect(source.slice(start, end)).toBe(mapped.text[at]);
    }
    const part = sliceMapped(mapped, 2, 5);
    expect([part.text, sourceRange(part, 0, 3)]).toEqual(['deg', { start: 5, end: 9 }]);
  });

  it('points a comment at its own characters', () => {
    const { mapped, comments } = stripComments(mapSlice('a # b\n# c\nd', 100));
    expect(mapped.text).toBe('a \nd');
    expect(comments).toEqual([
      { start: 102, end: 105 },
      { start: 106, end: 109 },
    ]);
    expect(sourceRange(mapped, 3, 4)).toEqual({ start: 110, end: 111 });
  });
});

describe('numbers', () => {
  it('are read as Python reads them', () => {
    const read = ['1', ' 1.5\n', '+.5', '1_000', '1e-2', '٣.٥', '𝟙', 'Infinity', '-inf'].map(
      parseFloatPython,
    );
    expect(read).toEqual([
      1,
      1.5,
      0.5,
      1000,
      0.01,
      3.5,
      1,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
    expect(parseFloatPython('NaN')).toBeNaN();
    for (const text of ['', '.', '1__0', '_1', '0x1', '1,5', '1.5.2', '--1', '1e', '½'])
      expect([text, parseFloatPython(text)]).toEqual([text, undefined]);
    expect([' 16 ', '+1_0', '１'].map(parseIntPython)).toEqual([16, 10, 1]);
    expect(['1.0', '', '1e3'].map(parseIntPython)).toEqual([undefined, undefined, undefined]);
  });
});

describe('attention', () => {
  it('knows where each piece came from', () => {
    const text = 'a (b\\) BREAK c:1.5)';
    for (const { text: piece, start, end } of parseAttention(text).pieces)
      expect(text.slice(start, end).replace(/\\(?=\))/, '')).toContain(piece);
  });

  it('reports nesting beyond its limit and reads on', () => {
    const { pieces, tooDeepAt } = parseAttention(`${'('.repeat(100_000)}a`);
    expect(tooDeepAt).toBe(MAX_BRACKET_DEPTH);
    expect(pieces.map(({ text }) => text).join('')).toHaveLength(100_000 - MAX_BRACKET_DEPTH + 1);
  });
});

describe('schedules', () => {
  it('survive nesting deeper than the call stack', () => {
    const depth = 50_000;
    const { phases } = resolveSchedule(`${'[a:'.repeat(depth)}x${':2]'.repeat(depth)}`, { steps: 4 });
    expect(phases).toEqual([
      [2, 'a'],
      [4, 'x'],
    ]);
    expect(resolveSchedule('['.repeat(200_000), { steps: 4 }).phases).toHaveLength(1);
    expect(resolveSchedule(`|${'['.repeat(200_000)}`, { steps: 4 }).tree.ok).toBe(false);
  });

  it('leave steps out rather than fill the memory', () => {
    const { phases, truncated } = resolveSchedule(`[a|b]${'c'.repeat(1_000_000)}`, { steps: 150 });
    expect(truncated).toBe(true);
    expect(phases.length).toBeLessThan(150);
  });
});

describe('large inputs', () => {
  const texts = [
    '<a:',
    '<lora:x:1> ',
    '# x\n',
    'a AND ',
    'k: "\\" ',
    'word - ',
    ' : ',
    '(a:1.2)',
    '[a|b] ',
    '\\(',
    'BREAK ',
  ];
  it('pass through every layer without an exception', () => {
    for (const kind of ['attention', 'schedule', 'multicond', 'extra_networks', 'strip_comments', 'infotext'])
      for (const text of texts)
        expect([
          kind,
          text,
          runKind(`a1111_${kind}`, text.repeat(100_000 / text.length), { steps: 3 }).ok,
        ]).toEqual([kind, text, true]);
  });
});

describe('infotext', () => {
  it('comes back as it was written', () => {
    const parameters = [
      ['Steps', '20'],
      ['Sampler', 'Euler a'],
      ['Hires prompt', 'a, "b": c\nd'],
      ['Model', 'x: y'],
    ] as const;
    const text = formatInfotext('one\ntwo', 'bad', parameters);
    const read = parseInfotext(text);
    expect([read.prompt, read.negativePrompt]).toEqual(['one\ntwo', 'bad']);
    expect(read.parameters.map(({ key, value }) => [key, value])).toEqual(parameters);
    for (const { keyStart, keyEnd, key } of read.parameters)
      expect((text.split('\n').at(-1) ?? '').slice(keyStart, keyEnd)).toBe(key);
  });

  it('quotes only what a line cannot hold, and unquotes only what was quoted', () => {
    for (const value of ['a', '"', 'a, b', 'a: b', 'x\ny', '"q", r', 'back\\slash, x'])
      expect(unquoteValue(quoteValue(value))).toBe(value);
    expect(unquoteValue('"a" "b"')).toBe('"a" "b"');
  });

  it('sorts known keys and keeps the others in order', () => {
    const keys = ['Version', 'B', 'Seed', 'A', 'Steps'];
    expect(sortParameters(keys.map((key) => [key, '1'])).map(([key]) => key)).toEqual([
      'Steps',
      'Seed',
      'B',
      'A',
      'Version',
    ]);
  });

  it('fills in defaults and turns an old hypernetwork into a tag', () => {
    const record = infotextRecord(
      parseInfotext('a\nSteps: 20, Sampler: Euler, Hypernet: h, Hypernet strength: 0.5'),
    );
    expect(Object.fromEntries(withInfotextDefaults(record))).toMatchObject({
      Prompt: 'a<hypernet:h:0.5>',
      'Clip skip': '1',
      RNG: 'GPU',
      'Schedule type': 'Automatic',
      Steps: '20',
    });
  });
});

describe('styles', () => {
  it('are read from a table with a byte order mark, quotes and old column names', () => {
    expect(
      parseStylesCsv(
        '\ufeffname,prompt,negative_prompt\r\nA,"x, ""y""\r\n{prompt}",bad\r\n,no,name\r\nB,z\r\n',
      ),
    ).toEqual([
      { name: 'A', prompt: 'x, "y"\r\n{prompt}', negativePrompt: 'bad' },
      { name: 'B', prompt: 'z', negativePrompt: '' },
    ]);
    expect(parseStylesCsv('name,text\nold,t')).toEqual([{ name: 'old', prompt: 't', negativePrompt: '' }]);
    expect(parseStylesCsv('')).toEqual([]);
  });

  it('are merged one after the other', () => {
    expect(mergeStyles(['s', 'pre {prompt}, $&', ''], 'a')).toBe('pre a, s, $&');
  });
});

describe('textual inversions', () => {
  it('are found anywhere between words, the longest first', () => {
    const text = 'BadHand v4, badhand,easynegativeX (easynegative:1.2)';
    const uses = findEmbeddings(text, ['badhand', 'badhand v4', 'easynegative']);
    expect(uses.map(({ name, start, end }) => [name, text.slice(start, end)])).toEqual([
      ['badhand v4', 'BadHand v4'],
      ['badhand', 'badhand'],
      ['easynegative', 'easynegative'],
    ]);
  });
});

describe('runKind', () => {
  it('refuses unknown kinds and inputs of the wrong type', () => {
    expect(runKind('nothing', 'a')).toMatchObject({ ok: false, problem: { code: 'unknown-kind' } });
    expect(runKind('a1111_attention', 7)).toMatchObject({ ok: false, problem: { code: 'kind-input' } });
    expect(runKind('a1111_merge_style', '{"style":"s","prompt":"a"}')).toEqual({ ok: true, value: 'a, s' });
  });
});
