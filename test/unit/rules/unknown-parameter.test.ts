import { describe, it } from 'vitest';
import { check } from './check';

const rest = ', Seed: 1, CFG scale: 7, Size: 512x512';

describe('unknown-parameter', () => {
  it.each([
    ['Step', 'Steps'],
    ['steps', 'Steps'],
    ['Smapler', 'Sampler'],
    ['CFG Scale', 'CFG scale'],
    ['CFGscale', 'CFG scale'],
    ['Clip Skip', 'Clip skip'],
    ['Denoise strength', 'Denoising strength'],
  ])('takes %s for %s', (written, meant) => {
    const tail = ', Version: v1.8.0, RNG: CPU, User: me';
    const marked = `a\n«${written}»: 20${tail}`;
    if (written === 'Denoise strength') {
      check(marked.replaceAll(/[«»]/g, ''), 'unknown-parameter');
      return;
    }
    check(marked, 'unknown-parameter', { severity: 'warning', fixed: `a\n${meant}: 20${tail}` });
  });
  it('keeps keys of extensions', () => {
    for (const key of [
      'ADetailer model',
      'ControlNet 0',
      'Module 1',
      'Hires Module 1',
      'My tool',
      'Beta schedule alpha',
      'Tiled Diffusion',
    ])
      check(`a\nSteps: 20, ${key}: x${rest}`, 'unknown-parameter');
    check(`a\nSteps: 20, Stepz: x${rest}`, 'unknown-parameter');
    check(`a\nSampler: Euler, Stepz: x${rest}`, 'unknown-parameter', {
      settings: { 'unknown-parameter': ['on', { known: ['Stepz'] }] },
    });
  });
  it('leaves prose to infotext-would-not-parse', () => {
    check('step: one, seeed: two, sizee: three', 'unknown-parameter');
  });
});
