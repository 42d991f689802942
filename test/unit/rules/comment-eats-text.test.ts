import { describe, it } from 'vitest';
import { check } from './check';

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
