import { describe, expect, it } from 'vitest';
import { check } from './check';

describe('suspicious-weight', () => {
  it('reports ratios and times in brackets', () => {
    check('(«16:9»)', 'suspicious-weight', { severity: 'warning', message: 'weight 9', fixed: '(16:9:1.1)' });
    check('(ratio «16:9»)', 'suspicious-weight', { fixed: '(ratio 16:9:1.1)' });
    check('(noon, «12:00»)', 'suspicious-weight');
  });
  it('is content with its own fix', () => {
    check('(16:9:1.1)', 'suspicious-weight');
  });
  it('reports a weight of nothing', () => {
    check('«(:3)»', 'suspicious-weight', { message: 'does not reach the model', fixed: '(:3:1.1)' });
    check('(<lora:mira:1>:1.2)', 'suspicious-weight');
  });
  it('reports two numbers', () => {
    const [finding] = check('(a«:1.2:1.3»)', 'suspicious-weight', {
      severity: 'warning',
      unsafe: '(a:1.3)',
      fixed: '(a:1.2:1.3)',
    });
    expect(finding?.fixes?.map((fix) => fix.title)).toEqual(['Keep 1.3', 'Keep 1.2']);
    check('(a «: 0.9 :1.3»)', 'suspicious-weight');
  });
  it('reports numbers at the end, which weigh the whole prompt', () => {
    check('aspect ratio «16:9»', 'suspicious-weight', {
      message: 'multiplies the whole prompt by 9',
      fixed: 'aspect ratio 16:9,',
    });
    check('a clock at «12:00» ', 'suspicious-weight', {
      message: 'nothing of it is drawn',
      fixed: 'a clock at 12:00, ',
    });
    check('a cat «:1.3»', 'suspicious-weight', { unsafe: 'a cat :1.3,', fixed: 'a cat :1.3' });
    check('score«: 9»', 'suspicious-weight');
    check('«16:9» <lora:mira:1>', 'suspicious-weight');
    check('a «16:9» AND b', 'suspicious-weight');
    check('x «4:3»\nNegative prompt: y\nSteps: 20, Seed: 1, CFG scale: 7', 'suspicious-weight');
  });
  it('accepts what is meant', () => {
    for (const text of [
      '(a:1.2)',
      '(v2:1)',
      '(score_9:1.2)',
      'a cat :1 AND a dog :0.5',
      'a 16:9, b',
      '16:9,',
      '(a, b:1)',
      '[a:b:3]',
      '(50mm:1.3)',
      'a:1',
      'a\nNegative prompt: 16:9',
    ])
      check(text, 'suspicious-weight');
  });
});
