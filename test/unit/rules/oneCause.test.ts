import { describe, expect, it } from 'vitest';
import { findings } from './check';

describe('one cause, one finding', () => {
  it.each([
    ['<lora:my=name:1>', ['lora-name-unwritable']],
    ['<lora: mira:0.8>, m1ra', ['lora-name-unwritable']],
    ['m1ra, <lora:mira:0,8>', ['lora-weight']],
    ['m1ra, <LORA:mira:0.8>', ['unknown-tag-type']],
    ['m1ra, <lora:mira:0.8', ['unclosed-tag']],
    ['m1ra, <lora:mirra:0.8>', ['unknown-lora']],
    ['a\nNegative prompt: <lora:nobody:x>', ['lora-in-negative']],
    ['a (16:9)', ['suspicious-weight']],
    ['[word:1.2]', ['bracket-number']],
  ])('%s', (text, rules) => {
    const found = findings(text).map((finding) => finding.ruleId);
    expect([...found].sort()).toEqual([...rules].sort());
  });
});
