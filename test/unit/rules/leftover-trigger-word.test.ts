import { describe, it } from 'vitest';
import { check } from './check';
import { environment, lora } from './environment';

describe('leftover-trigger-word', () => {
  it('reports a coined word without its LoRA', () => {
    check('1girl, «m1ra», rain', 'leftover-trigger-word', { severity: 'hint', unsafe: '1girl, rain' });
  });
  it('is silent with the LoRA, in negatives, and about ordinary words', () => {
    check('m1ra, <lora:mira:1>', 'leftover-trigger-word');
    check('a\nNegative prompt: m1ra', 'leftover-trigger-word');
    check('lineart, 1girl', 'leftover-trigger-word');
    check('m1ra style portrait', 'leftover-trigger-word');
  });
  it('is silent where another network answers to the word', () => {
    const pair = environment([
      lora('m1ra', { triggerWords: ['m1ra'], triggerSource: 'trainedWords' }),
      lora('mira_v2', { triggerWords: ['M1RA'], triggerSource: 'trainedWords' }),
      lora('rain'),
    ]);
    check('m1ra, <lora:mira_v2:1>', 'leftover-trigger-word', { environment: pair });
    check('«m1ra», <lora:rain:1>', 'leftover-trigger-word', { environment: pair });
  });
});
