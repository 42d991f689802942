import { describe, expect, it } from 'vitest';
import { check } from './check';
import { STUDIO } from './environment';

describe('attention-weight', () => {
  it('reports weights that stop the picture', () => {
    check('(a:«1.5.2»)', 'attention-weight', { severity: 'error', message: 'not made at all' });
    check('(a:«.»)', 'attention-weight', { severity: 'error' });
    check('(a:«1..2»)', 'attention-weight', { fixed: '(a:1.2)' });
  });
  it('reports numbers in a notation that is read as text', () => {
    check('(red dress:«−1»)', 'attention-weight', { severity: 'warning', fixed: '(red dress:-1)' });
    check('(red dress:«1,2»)', 'attention-weight', { fixed: '(red dress:1.2)' });
    check('(red dress:«12e-1»)', 'attention-weight', { fixed: '(red dress:1.2)' });
    check('(red dress: «1,2» )', 'attention-weight', { fixed: '(red dress: 1.2 )' });
  });
  it('reports a colon without a number', () => {
    check('(red dress«:»)', 'attention-weight', {
      severity: 'warning',
      unsafe: '(red dress)',
      fixed: '(red dress:)',
    });
  });
  it('reports weights out of range', () => {
    check('(a:«2.5»)', 'attention-weight', { severity: 'warning', message: 'outside 0 to 2' });
    check('(a:«-0.5»)', 'attention-weight', { message: 'negative prompt' });
    check('(a:«1.5»)', 'attention-weight', { settings: { 'attention-weight': ['on', { max: 1.4 }] } });
  });
  it('multiplies brackets, and reports the one that goes too far once', () => {
    check('(a «(b:1.9)»:1.5)', 'attention-weight', { message: '2.85' });
    check('(((((((«(a)»)))))))', 'attention-weight', { message: '2.144' });
    check('(((((((«((((a))))»)))))))', 'attention-weight');
    check('(((((a)))))', 'attention-weight');
  });
  it('accepts ordinary weights and faces', () => {
    for (const text of [
      '(a:1.2)',
      '(a:0)',
      '(a:2)',
      '(a:+1.3)',
      '(a:.5)',
      '(a:１)',
      '((a))',
      '[[[a]]]',
      '(:)',
      '(D:)',
      '(>:)',
      'a:1.2',
      '(a: b)',
      '(note: c)',
      '(a:1.2]',
    ])
      check(text, 'attention-weight');
  });
  it('looks at negative prompts too', () => {
    check('a\nNegative prompt: (worst quality:«3»)', 'attention-weight');
  });
});

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
    check('«(:3)»', 'suspicious-weight', { message: 'does not reach the model', unsafe: ':3' });
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

describe('bracket-number', () => {
  it('reports square brackets with a weight', () => {
    const [finding] = check('a, «[word:1.2]»', 'bracket-number', {
      severity: 'warning',
      unsafe: 'a, (word:1.2)',
      fixed: 'a, [word:1.2]',
    });
    expect(finding?.fixes?.map((fix) => fix.edits[0]?.newText)).toEqual(['(word:1.2)', '(word:0.833)']);
    check('«[two words:1.5]»', 'bracket-number');
  });
  it('accepts schedules that work', () => {
    for (const text of [
      '[word:0.8]',
      '[word:5]',
      '[a:b:0.5]',
      '[a:b:1.2]',
      '[word]',
      '[a|b]',
      '(word:1.2)',
      '[word:1.0]',
    ])
      check(text, 'bracket-number');
  });
});

describe('break-in-brackets', () => {
  it('reports a BREAK that is none', () => {
    const [finding] = check('(a «BREAK» b)', 'break-in-brackets', { severity: 'warning' });
    expect(finding?.related?.[0]?.range).toEqual({ start: 0, end: 1 });
    check('[a «BREAK» b]', 'break-in-brackets');
    check('(a, (b «BREAK» c):1.2)', 'break-in-brackets');
    check('(x «BREAK» y:-1)', 'break-in-brackets');
  });
  it('accepts a BREAK that breaks, and a word that is not BREAK', () => {
    for (const text of [
      'a BREAK b',
      '(a) BREAK (b)',
      '(a BREAK b:1)',
      '(a BREAKFAST b)',
      '(a break b)',
      '[a BREAK b:c:0.5]',
    ])
      check(text, 'break-in-brackets');
  });
});

describe('schedule-disabled', () => {
  it('points at the bar', () => {
    check('a «|» b, [x:y:0.5]', 'schedule-disabled', { severity: 'warning', fixed: 'a \\| b, [x:y:0.5]' });
    check('{d«|»e}, [x|y]', 'schedule-disabled', { message: 'unexpanded', fixed: '{d|e}, [x|y]' });
    check('(a«|»b), [x:y:0.5]', 'schedule-disabled');
  });
  it('points at the backslash', () => {
    check('[x:y:0.5], a«\\»', 'schedule-disabled', { fixed: '[x:y:0.5], a' });
  });
  it('says nothing where there is no schedule to lose, or where it works', () => {
    for (const text of ['a | b', 'a\\', '[x:y:0.5]', '[a|b]', 'a \\| b, [x:y:0.5]', '[x:y:0.5] \\\\'])
      check(text, 'schedule-disabled');
  });
  it('trusts the extension that expands braces', () => {
    check('{d|e}, [x|y]', 'schedule-disabled', { environment: { ...STUDIO, dynamicPrompts: true } });
  });
});

describe('schedule-never-switches', () => {
  it('reports what is never used', () => {
    check('«[a:b:1.0]»', 'schedule-never-switches', {
      severity: 'warning',
      message: '`b` is never used',
      unsafe: 'a',
    });
    check('«[a:b:1.5]»', 'schedule-never-switches');
    check('«[a:b:30]»\nSteps: 20, Seed: 1, CFG scale: 7', 'schedule-never-switches', {
      message: 'this block makes 20',
    });
    check('«[a:b:20]»\nSteps: 20, Seed: 1, CFG scale: 7', 'schedule-never-switches');
    check('«[a::1.0]»', 'schedule-never-switches', { message: '`a` is never removed' });
    check('«[b:1.0]»', 'schedule-never-switches', { message: '`b` is never used' });
  });
  it('reports what is there at once', () => {
    check('«[a:b:0]»', 'schedule-never-switches', { message: '`a` is never used', unsafe: 'b' });
    check('«[a:b:-1]» «[a:b:0.0]»', 'schedule-never-switches');
    check('«[b:0]»', 'schedule-never-switches', { message: 'from the first step' });
    check('«[a:b:5e-1]»', 'schedule-never-switches', { message: 'has no point' });
    check('«[a:b:0.01]»\nSteps: 20, Seed: 1, CFG scale: 7', 'schedule-never-switches');
  });
  it('does not guess the number of steps', () => {
    check('[a:b:30]', 'schedule-never-switches');
    check('[a:b:0.01]', 'schedule-never-switches');
  });
  it('knows the second pass', () => {
    const hires = '\nSteps: 20, Hires upscale: 2, Hires steps: 10, Seed: 1';
    check(`[a:b:1.5]${hires}`, 'schedule-never-switches');
    check(`[a:b:25]${hires}`, 'schedule-never-switches');
    check(`«[a:b:1.0]»${hires}`, 'schedule-never-switches');
  });
  it('accepts schedules that switch', () => {
    for (const text of [
      '[a:b:0.5]',
      '[a:b:1]',
      '[a::0.3]',
      '[a:10]\nSteps: 20, Seed: 1, CFG scale: 7',
      '[a|b]',
      '[a:b:19]\nSteps: 20, Seed: 1, CFG scale: 7',
      '[a:b:0.05]\nSteps: 20, Seed: 1, CFG scale: 7',
    ])
      check(text, 'schedule-never-switches');
  });
  it('leaves literal schedules to schedule-disabled', () => {
    check('a | b [a:b:1.0]', 'schedule-never-switches');
  });
});
