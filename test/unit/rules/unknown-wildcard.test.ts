import { describe, it } from 'vitest';
import { check } from './check';
import { STUDIO } from './environment';

describe('unknown-wildcard', () => {
  it('reports a wildcard without a file', () => {
    check('a __«colrs»__ hat', 'unknown-wildcard', { severity: 'warning', unsafe: 'a __colors__ hat' });
    check('__~«nope»__, __«hairs/*»__', 'unknown-wildcard');
    check('__«h*t»__, __hair/*t__, __**t__', 'unknown-wildcard');
  });
  it('accepts files, patterns and names of LoRAs', () => {
    for (const text of [
      '__colors__',
      '__hair/long__',
      '__hair/*__',
      '__**__',
      '__@colors__',
      '__colors(x=red)__',
      '<lora:a__b__c:1>',
      'snake__case',
      '__ __',
    ])
      check(text, 'unknown-wildcard');
    check('__nope__', 'unknown-wildcard', { environment: { ...STUDIO, wildcards: undefined } });
  });
});
