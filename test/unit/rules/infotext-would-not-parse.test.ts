import { describe, it } from 'vitest';
import { check } from './check';

const rest = ', Seed: 1, CFG scale: 7, Size: 512x512';

describe('infotext-would-not-parse', () => {
  it('reports a prompt line that is taken for parameters', () => {
    check('a castle\n«style: anime, mood: dark, light: low»', 'infotext-would-not-parse', {
      severity: 'warning',
    });
    check('a castle\nstyle: anime, mood: dark', 'infotext-would-not-parse');
  });
  it('reports a label that is not quite one', () => {
    check('a\n«Negative Prompt:» b', 'infotext-would-not-parse', { fixed: 'a\nNegative prompt: b' });
    check('a\n«negative prompt：» b', 'infotext-would-not-parse', { fixed: 'a\nNegative prompt: b' });
    check('a\n  «NEGATIVE PROMPTS :» b', 'infotext-would-not-parse');
    check('a\n«Negative:» b', 'infotext-would-not-parse', {
      unsafe: 'a\nNegative prompt: b',
      fixed: 'a\nNegative: b',
    });
    check('a\nNegative prompt: b', 'infotext-would-not-parse');
    check('a negative prompt: b', 'infotext-would-not-parse');
  });
  it('reports parameters with text after them', () => {
    check(`a\n«Steps: 20${rest}»\nb`, 'infotext-would-not-parse', { unsafe: `a\nSteps: 20${rest}\n---\nb` });
    check(`a\nSteps: 20${rest}`, 'infotext-would-not-parse');
    check(`a\nSteps: 20${rest}\n---\nb`, 'infotext-would-not-parse');
  });
  it('reports what has lost its line breaks', () => {
    check(`a hat, «Negative prompt:» b\nSteps: 20${rest}`, 'infotext-would-not-parse', {
      message: 'beginning of a line',
      fixed: `a hat,\nNegative prompt: b\nSteps: 20${rest}`,
    });
    check(`a, «Steps: 20${rest}»`, 'infotext-would-not-parse', {
      message: 'a line of their own',
      fixed: `a\nSteps: 20${rest}`,
    });
    check(`a, b «Negative prompt:» c, d «Steps: 20${rest}»  `, 'infotext-would-not-parse', {
      fixed: `a, b\nNegative prompt: c, d\nSteps: 20${rest}  `,
    });
    check(`a, «Steps: 20${rest}»  \nb`, 'infotext-would-not-parse', { fixed: `a\nSteps: 20${rest}  \nb` });
    check(`a cat «Negative prompt»: b, c Steps: 20${rest}`, 'infotext-would-not-parse', {
      message: 'no prompt is left',
      fixed: `a cat\nNegative prompt: b, c\nSteps: 20${rest}`,
    });
    check(`a cat «Steps»: 20${rest}`, 'infotext-would-not-parse', { fixed: `a cat\nSteps: 20${rest}` });
    check(`a\nTiled Steps: 4, Steps: 20${rest}`, 'infotext-would-not-parse');
    for (const text of [
      '20 Steps: 20 stairs, wide',
      'a Steps: 20, b',
      'Negative prompt: a',
      'xSteps: 1, b: 2, c: 3',
    ])
      check(text, 'infotext-would-not-parse');
  });
  it('is strict on demand', () => {
    const settings = { 'infotext-would-not-parse': ['on', { strictParameters: true }] } as const;
    check('a\n«Steps: 20, Seed: 1»', 'infotext-would-not-parse', {
      settings,
      message: 'at least three pairs',
    });
    check('a\n«Steps: 20,\nSeed: 1,\nCFG scale: 7»', 'infotext-would-not-parse', {
      settings,
      message: 'on one line',
    });
    check('a\n«Sampler: Euler, Seed: 1, CFG scale: 7»', 'infotext-would-not-parse', {
      settings,
      message: 'Steps',
    });
    check(`a\nSteps: 20${rest}`, 'infotext-would-not-parse', { settings });
    check('a\nSteps: 20', 'infotext-would-not-parse');
  });
});
