import { describe, it } from 'vitest';
import { check } from './check';

describe('bare-weight', () => {
  it.each([
    ['1girl, «red dress:1.2», «smile:1.3», hat', '1girl, (red dress:1.2), (smile:1.3), hat'],
    ['a\nNegative prompt: bad hands, «text:1.4»', 'a\nNegative prompt: bad hands, (text:1.4)'],
    ['«(hat):1.2», x', '(hat:1.2), x'],
    ['«(red hat): 1.2», x', '(red hat:1.2), x'],
    ['«saber_\\(fate\\):1.2», x', '(saber_\\(fate\\):1.2), x'],
    ['«hat: 1.2», x', '(hat: 1.2), x'.replace(': ', ':')],
    ['(a, «hat:1.3», b:1.1), x', '(a, (hat:1.3), b:1.1), x'],
    ['«hat:.8», x', '(hat:.8), x'],
    ['«赤いドレス:1.2», x', '(赤いドレス:1.2), x'],
    ['«красное платье:1.2», x', '(красное платье:1.2), x'],
    ['«hat:1.2»\nrain', '(hat:1.2)\nrain'],
  ])('%s is put in brackets by --fix', (marked, fixed) => {
    check(marked, 'bare-weight', { severity: 'warning', fixed });
  });
  it('asks where only a part of the words may be meant', () => {
    check('«a woman in a long red dress:1.2», x', 'bare-weight', {
      fixed: 'a woman in a long red dress:1.2, x',
      unsafe: '(a woman in a long red dress:1.2), x',
    });
    check('«((hat)):1.2», x', 'bare-weight', { fixed: '((hat)):1.2, x', unsafe: '(hat:1.2), x' });
    check('«[hat]:1.2», x', 'bare-weight', { fixed: '[hat]:1.2, x', unsafe: '(hat:1.2), x' });
  });
  it('leaves the end of a positive prompt to suspicious-weight, which offers the brackets', () => {
    check('1girl, hat:1.4', 'bare-weight');
    check('1girl, hat«:1.4»', 'suspicious-weight', { unsafe: '1girl, (hat:1.4)' });
  });
  it.each([
    '(red dress:1.2), hat',
    '[cat:dog:0.5], hat',
    'a 16:9 picture, hat',
    'at 12:30, hat',
    'f:1.8, 50mm, hat',
    'aspect ratio:2.35, hat',
    'a cat AND a dog:0.5',
    'a cat:0.7 AND a dog:0.5, x',
    'ratio 1:1.5, hat',
    'score_9:1, hat',
    'chapter:2, hat',
    ':3, x',
    '>:3, x',
    '<lora:mira:0.8>, m1ra',
    'http://example.org:8.0, x',
    'saber_(fate):1.2x, x',
    'note: 1.5 litres of milk, x',
    '1.5::red dress::, hat',
  ])('%s is left alone', (text) => {
    check(text, 'bare-weight');
  });
});
