import { describe, expect, it } from 'vitest';
import { check, findings } from './check';
import { environment, lora, STUDIO } from './environment';

describe('comment-eats-text', () => {
  it('reports colours', () => {
    check('1girl, «#ff0000 dress, hat»', 'comment-eats-text', {
      severity: 'warning',
      unsafe: '1girl, ff0000 dress, hat',
    });
    check('«#ff0000 hair»', 'comment-eats-text');
    check('a «#fff»', 'comment-eats-text');
    check('a «#12345678, b»', 'comment-eats-text');
  });
  it('reports words and numbers with a #', () => {
    check('C«# programmer»', 'comment-eats-text');
    check('a «#1 fan»', 'comment-eats-text');
    check('a \\«#ff0000 dress»', 'comment-eats-text', { unsafe: 'a ff0000 dress' });
  });
  it('reports a name cut off by a #', () => {
    check('<lora:C«#style:1>»', 'comment-eats-text', { message: 'rename the file' });
  });
  it('accepts comments', () => {
    for (const text of [
      '# a note\n1girl',
      '1girl # a note',
      '1girl, # red hat',
      '#1girl, rain',
      '#bad, #add',
      '#facade',
      '# ff0000',
      'a #hashtag',
      '1girl # sdprompt-disable-line duplicate-tag',
      '#1girl#2',
    ])
      check(text, 'comment-eats-text');
    check('a\nSteps: 20, Seed: 1, Model: C#fff', 'comment-eats-text');
  });
});

describe('useless-escape', () => {
  it('removes backslashes that do nothing', () => {
    check('a«\\», b', 'useless-escape', { severity: 'info', fixed: 'a, b' });
    check('long«\\»_hair', 'useless-escape', { fixed: 'long_hair' });
    check('C:«\\»temp', 'useless-escape', { fixed: 'C:\\temp' });
  });
  it('keeps backslashes whose removal would make something new of the text', () => {
    check('«\\»---', 'useless-escape', { fixed: '\\---' });
    check('«\\»Negative prompt: a', 'useless-escape', { fixed: '\\Negative prompt: a' });
    check('<lo«\\»ra:a:1>', 'useless-escape', { fixed: '<lo\\ra:a:1>' });
  });
  it('warns of a colon that is not protected', () => {
    check('(a«\\:»1.2)', 'useless-escape', {
      severity: 'warning',
      message: 'weighed with 1.2',
      unsafe: '(a:1.2:1.1)',
      fixed: '(a\\:1.2)',
    });
    check('a«\\»: b', 'useless-escape', { severity: 'info' });
  });
  it('warns before a tag', () => {
    check('a «\\»<lora:mira:1>', 'useless-escape', {
      message: 'removed all the same',
      fixed: 'a <lora:mira:1>',
    });
  });
  it('accepts real escapes', () => {
    for (const text of ['\\(a\\)', '\\[a\\]', 'a \\\\ b', '[a\\:b:c:0.5]', 'a \\| b', '\\\\<lora:mira:1>'])
      check(text, 'useless-escape');
  });
});

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

describe('duplicate-tag', () => {
  it('reports the second of two', () => {
    const [finding] = check('1girl, rain, «1girl»', 'duplicate-tag', {
      severity: 'info',
      unsafe: '1girl, rain',
      fixed: '1girl, rain, 1girl',
    });
    expect(finding?.related?.[0]?.range).toEqual({ start: 0, end: 5 });
    check('Long Hair, «long_hair», x', 'duplicate-tag');
    check('A cat, rain, «a cat», Zebra, «zebra»', 'duplicate-tag');
    check('(a:1.2), «(a:1.2)», miku \\(vocaloid\\), «miku \\(vocaloid\\)»', 'duplicate-tag');
    check('a\nNegative prompt: bad, «bad»', 'duplicate-tag');
  });
  it('accepts what differs, other parts and other prompts', () => {
    for (const text of [
      'a, b',
      'a, (a:1.2)',
      'a BREAK a',
      'a AND a',
      'a\nNegative prompt: a',
      'a\n---\na',
      '<lora:mira:1>, <lora:mira:1>',
      'a, # a',
      ', ,',
    ])
      check(text, 'duplicate-tag');
    check('a, b, a', 'duplicate-tag', { settings: { 'duplicate-tag': ['on', { ignore: ['A'] }] } });
  });
});

describe('token-budget', () => {
  const words = (count: number, word = 'word'): string => Array.from({ length: count }, () => word).join(' ');
  it('reports a phrase that is cut in two', () => {
    check(`${words(50)}, «${words(40)}»`, 'token-budget', {
      severity: 'info',
      message: 'After 24 of its 40 tokens',
    });
    check(`«${words(80)}»`, 'token-budget', { message: 'After 75 of its 80' });
    check(`${words(50)}, «${words(20)} (x:1.2) ${words(20)}»`, 'token-budget');
  });
  it('knows that the web UI moves the rest to the next chunk', () => {
    check(`${words(60)}, ${words(40)}`, 'token-budget');
    check(`${words(50)} BREAK ${words(40)}`, 'token-budget');
    check(`${words(70)}`, 'token-budget');
    check(`a\nNegative prompt: ${words(50)}, «${words(40)}»`, 'token-budget');
  });
  it('limits the number of chunks', () => {
    const settings = { 'token-budget': ['on', { maxChunks: 1 }] } as const;
    check(`${words(60)}, «${words(30)}», a`, 'token-budget', {
      settings,
      message: 'more than 1 chunk of 75',
    });
    check('a BREAK «b»', 'token-budget', { settings });
    check(words(60), 'token-budget', { settings });
  });
  it('needs a vocabulary', () => {
    check(words(200), 'token-budget', { environment: { ...STUDIO, countTokens: undefined } });
  });
});
