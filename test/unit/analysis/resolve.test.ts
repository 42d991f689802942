import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveBlock, resolveDocument } from '../../../server/src/language/analysis/resolve';
import type { ResolvedBlock } from '../../../server/src/language/analysis/resolved';
import { runKind } from '../../../server/src/language/dialects';
import { parse } from '../../../server/src/language/syntax/parse';

function resolve(text: string): ResolvedBlock {
  const document = parse(text);
  const block = document.blocks[0];
  if (block === undefined) throw new Error('no block');
  return resolveBlock(document, block);
}

const cut = (text: string, range: { start: number; end: number }): string =>
  text.slice(range.start, range.end);

describe('resolveBlock', () => {
  const text = [
    'a cat # a comment',
    '<lora:x:0.5:0.8>, (neon:1.2) BREAK [day:night:0.5]',
    'Negative prompt: bad [x:5] <lora:n:1> AND b',
    'Steps: 10, Sampler: Euler, CFG scale: 7, Custom: 1',
  ].join('\n');
  const block = resolve(text);

  it('removes comments and networks from the positive prompt and says where they were', () => {
    expect(block.positive.text).toBe('a cat \n, (neon:1.2) BREAK [day:night:0.5]');
    expect(block.positive.comments.map((range) => cut(text, range))).toEqual(['# a comment']);
    const [network] = block.positive.networks;
    expect(network).toMatchObject({ type: 'lora', name: 'x', te: 0.5, unet: 0.8, dyn: null });
    expect(cut(text, network!.range)).toBe('<lora:x:0.5:0.8>');
    expect(cut(text, network!.nameRange)).toBe('x');
    expect(cut(text, network!.weightRange!)).toBe('0.5');
  });

  it('resolves schedules for the steps of the block', () => {
    expect(block.steps).toBe(10);
    expect(block.positive.schedule).toEqual([
      [5, 'a cat \n, (neon:1.2) BREAK day'],
      [10, 'a cat \n, (neon:1.2) BREAK night'],
    ]);
    expect(block.positive.attention).toEqual([
      ['a cat \n, ', 1],
      ['neon', 1.2],
      ['', 1],
      ['BREAK', -1],
      ['day', 1],
    ]);
    expect(block.positive.breaks.map((range) => cut(text, range))).toEqual(['BREAK']);
  });

  it('keeps tags and AND of the negative prompt as text', () => {
    expect(block.negative.text).toBe('bad [x:5] <lora:n:1> AND b');
    expect(block.negative.subprompts).toHaveLength(1);
    expect(block.negative.networks.map(({ name }) => name)).toEqual(['n']);
    expect(block.negative.schedule.map(([end]) => end)).toEqual([5, 10]);
  });

  it('passes parameters on in order', () => {
    expect(block.parameters.map(({ key, value }) => [key, value])).toEqual([
      ['Steps', '10'],
      ['Sampler', 'Euler'],
      ['CFG scale', '7'],
      ['Custom', '1'],
    ]);
  });

  it('reports what makes the web UI fail, in place', () => {
    const broken = 'a (b:1.5.2) {x|y} [c:d:3] <lora:z:>\nSteps: 20, Sampler: Euler, CFG scale: 7';
    const { errors, positive } = resolve(broken);
    expect(errors.map(({ code, range }) => [code, cut(broken, range)])).toEqual([
      ['bad-attention-weight', ':1.5.2)'],
      ['schedule-failed', '|'],
      ['bad-network-argument', '<lora:z:>'],
    ]);
    expect(positive.scheduleFailed).toBe(true);
    expect(positive.networks[0]?.te).toBeNaN();
  });

  it('reads a prompt without AND for its weight as well', () => {
    expect(resolve('aspect ratio 16:9').positive.subprompts).toEqual([
      { text: 'aspect ratio 16', weight: 9 },
    ]);
  });

  it('bounds the steps it works out', () => {
    const { steps, positive } = resolve('[a|b]\nSteps: 100000000, Sampler: Euler, CFG scale: 7');
    expect([steps, positive.schedule.length]).toEqual([150, 150]);
  });

  it('agrees with each layer run alone, with every range inside the text, whatever the text', () => {
    const word = fc.constantFrom(
      ...[
        'a',
        ' ',
        'cat',
        '(',
        ')',
        '[',
        ']',
        ':',
        '|',
        '\\',
        '#',
        '\n',
        ',',
        'AND',
        ' BREAK ',
        '1.2',
        ':3]',
        '(x:1.2)',
      ],
      ...[
        '[a:b:0.5]',
        '[a|b]',
        '<lora:x:1>',
        '<',
        '>',
        '<lora:y:',
        '猫',
        '😀',
        '---\n',
        'Negative prompt: ',
        '\r\n',
      ],
      ...['\nSteps: 5, Sampler: Euler, Seed: 1', '（', '\ufeff', '\u2028'],
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 25 }), (words) => {
        const source = words.join('');
        const document = parse(source);
        for (const resolved of resolveDocument(document)) {
          const ranges = [
            resolved.positive.range,
            ...resolved.positive.comments,
            ...resolved.positive.breaks,
            ...resolved.positive.networks.flatMap(({ range, nameRange }) => [range, nameRange]),
            ...resolved.errors.map(({ range }) => range),
          ];
          for (const { start, end } of ranges) {
            expect(start).toBeGreaterThanOrEqual(0);
            expect(end).toBeGreaterThanOrEqual(start);
            expect(end).toBeLessThanOrEqual(source.length);
          }
          for (const { range, type } of resolved.positive.networks)
            expect(cut(source, range).startsWith(`<${type}`)).toBe(true);
          for (const range of resolved.positive.breaks) expect(cut(source, range)).toBe('BREAK');
          const runs = runKind('a1111_multicond', resolved.positive.text);
          expect(runs).toEqual({
            ok: true,
            value: resolved.positive.subprompts.map((part) => [part.text, part.weight]),
          });
        }
      }),
      { seed: 7, numRuns: 1500 },
    );
  });
});
