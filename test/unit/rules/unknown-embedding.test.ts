import { describe, it } from 'vitest';
import { check } from './check';
import { STUDIO } from './environment';

describe('unknown-embedding', () => {
  it('reports slips', () => {
    check('a\nNegative prompt: «EasyNegativ», bad', 'unknown-embedding', {
      severity: 'warning',
      unsafe: 'a\nNegative prompt: EasyNegative, bad',
    });
    check('a\nNegative prompt: («badhandv5»:1.2)', 'unknown-embedding', {
      unsafe: 'a\nNegative prompt: (badhandv4:1.2)',
    });
    check('«my_style_embeding»', 'unknown-embedding');
  });
  it('reports popular ones that are missing, and those that are named as such', () => {
    check('a\nNegative prompt: «ng_deepnegative_v1_75t»', 'unknown-embedding', { severity: 'info' });
    check('embedding:«nope», a', 'unknown-embedding', { severity: 'warning' });
  });
  it('reports a word that the picture was made with as an embedding', () => {
    const parameters =
      '\nSteps: 20, Sampler: Euler, TI hashes: "my-hands: c74b4e810b03, EasyNegative: 66a7279a88dd"';
    check(`a\nNegative prompt: «my-hands», EasyNegative${parameters}`, 'unknown-embedding', {
      severity: 'warning',
      message: /`TI hashes` say that the picture was made with it/,
    });
    check('a\nNegative prompt: my-hands', 'unknown-embedding');
  });
  it('accepts installed ones, words, and everything where no folder is configured', () => {
    for (const text of [
      'EasyNegative',
      'easynegative',
      'embedding:badhandv4',
      'easy negative words',
      'negative',
      'my style embedding',
    ])
      check(text, 'unknown-embedding');
    check('ng_deepnegative_v1_75t', 'unknown-embedding', {
      environment: { ...STUDIO, embeddingsKnown: false },
    });
  });
  it('takes no short word for a slip', () => {
    const short = { ...STUDIO, embeddings: [{ name: 'badhand' }] };
    check('badhan, badhands4, «badhanf»', 'unknown-embedding', { environment: short });
  });
});
