import { describe, expect, it } from 'vitest';
import { check, findings } from './check';

describe('invalid-parameter', () => {
  it.each([
    ['Steps: «abc»', 'error', undefined],
    ['Steps: «2O»', 'error', undefined],
    ['Steps: «20.5»', 'error', undefined],
    ['Steps: «0»', 'warning', undefined],
    ['Steps: «151»', 'warning', undefined],
    ['CFG scale: «seven»', 'error', undefined],
    ['CFG scale: «7,5»', 'error', 'CFG scale: 7.5'],
    ['CFG scale: «0.5»', 'warning', undefined],
    ['CFG scale: «nan»', 'error', undefined],
    ['Seed: «x»', 'error', undefined],
    ['Seed: «-5»', 'warning', undefined],
    ['Size: «512*768»', 'error', 'Size: 512x768'],
    ['Size: «512 x 768»', 'error', 'Size: 512x768'],
    ['Size: «512X768»', 'error', 'Size: 512x768'],
    ['Size: «512×768 px»', 'error', 'Size: 512x768'],
    ['Size: «square»', 'error', undefined],
    ['Size: «510x768»', 'warning', undefined],
    ['Size: «16x16»', 'warning', undefined],
    ['Size: «516x768»', 'warning', undefined],
    ['Sampler: «euler_a»', 'warning', 'Sampler: Euler a'],
    ['Sampler: «DPM++2M»', 'warning', 'Sampler: DPM++ 2M'],
    ['Sampler: «Magic»', 'info', undefined],
    ['Schedule type: «karras»', 'warning', 'Schedule type: Karras'],
    ['Schedule type: «Fancy»', 'info', undefined],
    ['Clip skip: «two»', 'error', undefined],
    ['Clip skip: «13»', 'warning', undefined],
    ['Denoising strength: «1.5»', 'warning', undefined],
    ['RNG: «cpu»', 'warning', 'RNG: CPU'],
  ] as const)('reports %s', (marked, severity, fixed) => {
    check(`a\n${marked}, Version: v1, User: me`, 'invalid-parameter', {
      severity,
      ...(fixed && { fixed: `a\n${fixed}, Version: v1, User: me` }),
    });
  });
  it('moves a size to the nearest multiple of 8 on request', () => {
    check('a\nSize: «510x763», Version: v1, User: me', 'invalid-parameter', {
      unsafe: 'a\nSize: 512x760, Version: v1, User: me',
    });
  });
  it('reports a key that is written twice', () => {
    check('a\n«Steps»: 10, Steps: 20, User: me', 'invalid-parameter', {
      message: 'only the last one counts',
    });
  });
  it.each([
    'Steps: 1',
    'Steps: 150',
    'CFG scale: 7.5',
    'CFG scale: 1',
    'Seed: -1',
    'Seed: 0',
    'Seed: 4294967295',
    'Size: 512x768',
    'Size: 64x64',
    'Sampler: DPM++ 2M Karras',
    'Sampler: DPM++ 2M',
    'Sampler: Euler',
    'Schedule type: SGM Uniform',
    'Clip skip: 2',
    'Denoising strength: 0.45',
    'RNG: NV',
    'Model: x',
  ])('accepts %s', (pair) => {
    check(`a\n${pair}, Version: v1, User: me`, 'invalid-parameter');
  });
  it('reports a decimal comma once', () => {
    const found = findings('a\nSteps: 20, CFG scale: 7,5, Seed: 1').map((finding) => finding.ruleId);
    expect(found).toEqual(['invalid-parameter']);
  });
});
