import { describe, expect, it } from 'vitest';
import { blockTitle } from '../../../server/src/language/features/blocks';
import { generateLenses } from '../../../server/src/language/features/codeLenses';
import { diagnosticOf } from '../../../server/src/language/features/diagnostics';
import { inlayHints } from '../../../server/src/language/features/inlayHints';
import { fileLinks } from '../../../server/src/language/features/links';
import { verdictFor } from '../../../server/src/language/features/verdict';
import { parse } from '../../../server/src/language/syntax/parse';
import { environment, lora, model } from './support';

describe('lenses', () => {
  it('stand at the first written character of each block with a prompt', () => {
    const text = '\n\n  a cat, <lora:x:1>\n---\n\n# only a note\n---\nb\nNegative prompt: c\n---\n';
    const lenses = generateLenses(parse(text));
    expect(lenses.map(({ offset }) => text.slice(offset, offset + 1))).toEqual(['a', 'b']);
    expect(lenses.map(({ title }) => title)).toEqual(['a cat', 'b']);
    expect(lenses.map(({ blockIndex }) => blockIndex)).toEqual([0, 2]);
  });

  it('cut long titles at whole characters', () => {
    const document = parse('😀'.repeat(100));
    const [block] = document.blocks;
    expect(block && blockTitle(document, block, 10)).toBe(`${'😀'.repeat(10)}…`);
  });
});

describe('links', () => {
  it('lead from the name to the file, in both prompts', () => {
    const text = 'a <lora:x:1> <lora:y:1>\nNegative prompt: <lora:x:1>';
    const locked = lora('y', { source: 'lockfile', path: undefined });
    const links = fileLinks(parse(text), environment([lora('x'), locked]));
    expect(links.map(({ range, path }) => [range.start, range.end, path])).toEqual([
      [8, 9, '/loras/x.safetensors'],
      [47, 48, '/loras/x.safetensors'],
    ]);
  });
});

describe('inlay hints', () => {
  const everything = { start: 0, end: 1e9 };
  const labels = (text: string) =>
    inlayHints(parse(text), everything, environment([])).map(({ offset, label }) => [offset, label]);

  it('say what nested brackets come to, once each', () => {
    expect(labels('((a))')).toEqual([[4, '×1.21']]);
    expect(labels('((a:1.5), b:1.2)')).toEqual([[8, '×1.8']]);
    expect(labels('(((a)))')).toEqual([[5, '×1.331']]);
    expect(labels('[(a:1.1)]')).toEqual([[8, '×1']]);
    expect(labels('(x [a:(b:2):0.5]:0.5)')).toEqual([[11, '×1']]);
    expect(labels('((a:nan))')).toEqual([[8, '×1.21']]);
  });
  it('leave plain brackets alone', () => {
    expect(labels('(a:1.2), [b], \\(c\\), (d')).toEqual([]);
  });
  /** Labels at the places marked `|`, in order; a mark is not part of the text. */
  const counted = (marked: string) => {
    const [offsets, text]: [number[], string] = [[], marked.replaceAll('|', '')];
    for (let at = marked.indexOf('|'); at >= 0; at = marked.indexOf('|', at + 1))
      offsets.push(at - offsets.length);
    const countTokens = (part: string) => part.split(/\s+/).filter(Boolean).length;
    const hints = inlayHints(parse(text), everything, environment([], { countTokens }));
    expect(hints.map(({ offset }) => offset)).toEqual(offsets);
    return hints.map(({ label }) => label);
  };
  const words = (count: number) => Array(count).fill('word').join(' ');

  it.each([
    ['nothing', '', []],
    ['a LoRA alone', '<lora:x:1>', []],
    [
      'both prompts, tags not counted',
      'two words <lora:x:1>|\nNegative prompt: bad hands|',
      ['2/75', '2/75'],
    ],
    ['commas', 'a, b, (c:1.2),| ', ['6/75']],
    ['the first of what a schedule has', '[a b c:d:0.5]|', ['3/75']],
    ['a full chunk', `${words(75)}|`, ['75/75']],
    ['a cut inside a phrase', `${words(75)} |${words(5)}|`, ['75/75┃', '80/150']],
    ['two cuts', `${words(75)} |${words(75)} |${words(1)}|`, ['75/75┃', '75/75┃', '151/225']],
    ['a phrase moved whole', `${words(60)}, |${words(20)}|`, ['61/75┃', '95/150']],
    [
      'a phrase too far from the end to be moved',
      `${words(50)}, ${words(24)} |${words(2)}|`,
      ['75/75┃', '77/150'],
    ],
    ['a comma after a full chunk', `${words(75)}|, end|`, ['75/75┃', '77/150']],
    ['BREAK', 'a, b |BREAK c|', ['3/75┃', '76/150']],
    ['BREAK behind nothing', 'BREAK c|', ['1/75']],
  ])('count tokens where a vocabulary is at hand: %s', (_, marked, labels) => {
    expect(counted(marked)).toEqual(labels);
  });
  it('keep to the range asked for', () => {
    const hints = inlayHints(parse('((a))\n---\n((b))'), { start: 9, end: 15 }, environment([]));
    expect(hints.map(({ offset }) => offset)).toEqual([14]);
  });
});

describe('verdicts', () => {
  const sd15 = model('sd15');
  it.each([
    [lora('a'), sd15, 'fits'],
    [lora('a', { architecture: 'sdxl', candidates: ['sdxl'] }), sd15, 'unfit'],
    [lora('a', { architecture: undefined, candidates: ['sd1', 'sd2'] }), sd15, 'unknown'],
    [lora('a', { architecture: undefined, candidates: ['sdxl', 'sd2'] }), sd15, 'unfit'],
    [lora('a', { architecture: undefined, candidates: [] }), sd15, 'unknown'],
    [lora('a'), undefined, 'unknown'],
    [lora('a'), model('x', { architecture: undefined }), 'unknown'],
    [lora('a', { status: 'broken' }), sd15, 'unfit'],
  ])('%#: %o', (file, base, state) => {
    expect(verdictFor(file, base, environment([])).state).toBe(state);
  });

  it.each([
    [10, 10, 'fits'],
    [9, 10, 'partial'],
    [0, 10, 'unfit'],
  ])('count modules: %i of %i', (fitting, total, state) => {
    const env = environment([], { fit: () => ({ fitting, total, reasons: ['no such place'] }) });
    const verdict = verdictFor(lora('a', { architecture: 'other', candidates: ['other'] }), sd15, env);
    expect(verdict.state).toBe(state);
    expect(verdict.reason).toContain(state === 'fits' ? 'All 10' : `${fitting} of ${total}`);
  });
});

describe('diagnostics', () => {
  it('lead to the page of their rule', () => {
    const diagnostic = diagnosticOf({
      ruleId: 'unknown-lora',
      severity: 'error',
      range: { start: 1, end: 2 },
      message: 'x',
    });
    expect(diagnostic.href).toMatch(/\/docs\/rules\/unknown-lora\.md$/);
    expect(diagnostic.related).toEqual([]);
  });
});
