import { describe, expect, it } from 'vitest';
import { check, findings } from './check';
import { environment, lora } from './environment';

describe('full-width-punctuation', () => {
  it('reports weights, schedules and tags that are none', () => {
    check('«（a：1.2）»', 'full-width-punctuation', {
      severity: 'warning',
      message: 'no weight',
      fixed: '(a:1.2)',
    });
    check('«（红色：1.2)»', 'full-width-punctuation', { fixed: '(红色:1.2)' });
    check('«［a｜b］»', 'full-width-punctuation', { message: 'no schedule', fixed: '[a|b]' });
    check('«＜lora：mira：1＞»', 'full-width-punctuation', { message: 'no tag', fixed: '<lora:mira:1>' });
  });
  it('knows a full-width colon or bar in brackets of the prompt', () => {
    check('«(帽子：1.2)», b', 'full-width-punctuation', {
      severity: 'warning',
      message: 'no weight',
      fixed: '(帽子:1.2), b',
    });
    check('«(hat：１.２)»', 'full-width-punctuation', { fixed: '(hat:１.２)' });
    check('«[红：蓝：0.5]», «[red:blue：0.5]»', 'full-width-punctuation', {
      message: 'no schedule',
      fixed: '[红:蓝:0.5], [red:blue:0.5]',
    });
    check('«[a｜b]»', 'full-width-punctuation', { fixed: '[a|b]' });
    check('(颜色：红), [注：b], (a：b:1.2), ((b), a：1.2)', 'full-width-punctuation');
  });
  it('knows a pair of one ASCII and one full-width bracket, which nothing else reports', () => {
    check('«(猫:1.2）», b', 'full-width-punctuation', {
      severity: 'warning',
      message: 'reaches to the end',
      fixed: '(猫:1.2), b',
    });
    check('«[a:b:0.5］», b', 'full-width-punctuation', { fixed: '[a:b:0.5], b' });
    for (const text of ['(猫:1.2）, b', '（猫:1.2), b', '［a|b], c', '初音(角色）'])
      expect(findings(text).map(({ ruleId }) => ruleId)).toEqual(['full-width-punctuation']);
    expect(findings('a（b (c').map(({ ruleId }) => ruleId)).toEqual(['unbalanced-bracket']);
    expect(findings('a（b\n)c').map(({ ruleId }) => ruleId)).toEqual(['unbalanced-bracket']);
  });
  it('knows a full-width colon in a tag', () => {
    check('<lora:«mira：0.8»>, m1ra', 'full-width-punctuation', {
      message: 'a LoRA called `mira：0.8`',
      fixed: '<lora:mira:0.8>, m1ra',
    });
    check('<lora:mira：0.8>', 'unknown-lora');
    const named = environment([lora('a：b')]);
    check('<lora:a：b:1>', 'full-width-punctuation', { environment: named });
  });
  it('asks about plain brackets', () => {
    check('初音«（角色）»', 'full-width-punctuation', {
      severity: 'info',
      fixed: '初音（角色）',
      unsafe: '初音(角色)',
    });
  });
  it('mentions commas once for a prompt', () => {
    const [finding] = check('1个女孩«，»单独，线稿', 'full-width-punctuation', {
      severity: 'hint',
      message: '2 full-width commas',
      unsafe: '1个女孩,单独,线稿',
    });
    expect(finding?.fixes?.[0]?.safe).toBe(false);
  });
  it('accepts ASCII, other punctuation and comments', () => {
    for (const text of ['(a:1.2), b', '1个女孩,单独', '「猫」、犬。', '颜色：红', '（a', 'a # （b：1.2）'])
      check(text, 'full-width-punctuation');
  });
});
