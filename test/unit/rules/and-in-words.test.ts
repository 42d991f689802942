import { describe, it } from 'vitest';
import { check } from './check';
import { STUDIO } from './environment';

// AUTOMATIC1111 1.10.1 splits only the positive prompt, at \bAND\b: prompt_parser.get_multicond_prompt_list.
describe('and-in-words', () => {
  it('reports a pair of words that is one thing', () => {
    check('BLACK «AND» WHITE photo, 1girl', 'and-in-words', {
      severity: 'warning',
      fixed: 'BLACK and WHITE photo, 1girl',
      message: '`BLACK AND WHITE`',
    });
    check('a black «AND» white photo', 'and-in-words', { fixed: 'a black and white photo' });
    check('SALT «AND» PEPPER hair', 'and-in-words');
  });
  it('reports capitals on both sides, and asks', () => {
    check('A CAT «AND» DOG IN RAIN', 'and-in-words', {
      fixed: 'A CAT AND DOG IN RAIN',
      unsafe: 'A CAT and DOG IN RAIN',
    });
  });
  it('reports it in a negative prompt, where nothing is composed', () => {
    check('a cat\nNegative prompt: blurry «AND» ugly', 'and-in-words', {
      severity: 'info',
      unsafe: 'a cat\nNegative prompt: blurry, ugly',
    });
  });
  it.each([
    'a cat AND a dog',
    'a cat :0.5 AND a dog :1.2',
    'a cat\nAND a dog',
    '1girl AND 1boy',
    'a CAT AND a dog',
    'black, AND white wall',
    'BAND, SAND, black and white',
    'NASA rocket AND a moon',
  ])('%s is left alone', (text) => {
    check(text, 'and-in-words');
  });
  it('leaves programs that compose nothing to portability', () => {
    check('BLACK AND WHITE', 'and-in-words', { environment: { ...STUDIO, target: 'comfyui' } });
  });
});
