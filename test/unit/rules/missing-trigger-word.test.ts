import { describe, it } from 'vitest';
import { check } from './check';
import { environment, lora } from './environment';

describe('missing-trigger-word', () => {
  it('inserts the word before the tag', () => {
    check('1girl, «<lora:outline:1>»', 'missing-trigger-word', {
      severity: 'info',
      message: '`lineart` (from activation text)',
      unsafe: '1girl, lineart, <lora:outline:1>',
    });
  });
  it('finds the word however it is written', () => {
    for (const text of [
      'lineart',
      'Lineart',
      '(lineart:1.2)',
      'a lineart drawing',
      '[lineart]',
      'line_art, lineart',
    ])
      check(`${text}, <lora:outline:1>`, 'missing-trigger-word');
  });
  it('wants the whole word, and in the positive prompt', () => {
    check('lineartist, «<lora:outline:1>»', 'missing-trigger-word');
    check('a «<lora:outline:1>»\nNegative prompt: lineart', 'missing-trigger-word');
    check('a # lineart\n«<lora:outline:1>»', 'missing-trigger-word');
  });
  it('takes any of several, escapes brackets, and does not trust counted words', () => {
    const several = environment([
      lora('hero', { triggerWords: ['zed \\(game\\)', 'blue cape'], triggerSource: 'activation text' }),
      lora('raw', { triggerWords: ['ahri (lol)'], triggerSource: 'trainedWords' }),
      lora('counted', { triggerWords: ['1girl'], triggerSource: 'tag frequency' }),
      lora('plain'),
    ]);
    check('blue_cape <lora:hero:1>', 'missing-trigger-word', { environment: several });
    check('zed \\(game\\) <lora:hero:1>', 'missing-trigger-word', { environment: several });
    check('«<lora:raw:1>»', 'missing-trigger-word', {
      environment: several,
      unsafe: 'ahri \\(lol\\), <lora:raw:1>',
    });
    check('<lora:counted:1> <lora:plain:1> <lora:hero:0>', 'missing-trigger-word', { environment: several });
  });
  it('needs no word boundaries where there are none', () => {
    const chinese = environment([lora('ink', { triggerWords: ['水墨'], triggerSource: 'activation text' })]);
    check('一幅水墨画<lora:ink:1>', 'missing-trigger-word', { environment: chinese });
  });
});
