// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the dialect spells its variables like that.
import { describe, it } from 'vitest';
import {
  createWildcardLookup,
  createWildcardMatcher,
  textCollection,
} from '../../../server/src/language/dialects/dynamic/wildcards';
import { check, type Expectation } from './check';
import { STUDIO } from './environment';

const collections = [
  textCollection('coats', '${tone} coat\nplain'),
  textCollection('far', '__coats__'),
  textCollection('defaults', '${tone:red} coat'),
  { name: 'num', values: [] },
];
const environment = {
  ...STUDIO,
  dynamicPrompts: true,
  wildcards: collections.map(({ name }) => name),
  readWildcard: createWildcardLookup(collections),
  findWildcards: createWildcardMatcher(collections),
};

const template = (marked: string, expectation: Expectation = {}) =>
  check(marked, 'dynamic-template', { environment, ...expectation });

describe('dynamic-template', () => {
  it('reports what makes the whole template unreadable, where it stands', () => {
    template('«{»red|blue car, hat', { severity: 'error', message: 'is never closed' });
    template('hat, {red|{blue|green} car\nNegative prompt: «{»a'.replace('{red', '«{»red'));
    template('a cat, 100«%» cotton, {red|blue} hat', { message: 'percent' });
    template('a cat, snake«__»case, {red|blue} hat', { message: 'single underscore' });
    template('{2« $$» a|b}, cat', { message: 'directly before' });
    template('{2$$«、»$$a|b}', { message: 'ASCII' });
    template('for «$»5');
    template('<lora:foo«__»bar:1>');
    template('a hat\nNegative prompt: 50«%»');
  });

  it('reports variables without a value', () => {
    template('a «${coat}» hat', { severity: 'error', message: '`coat` has no value' });
    template('${coat=} «${coat}»');
    template('${coat=red} ${coat}, ${hat:blue}');
    template('«__coats__» hat', { severity: 'warning', message: 'the variable `tone`' });
    template('«__far__» hat');
    template('${tone=red} __coats__, __far__, __defaults__');
    template('__coats(tone=red)__');
  });

  it('reports a choice of more different options than there are', () => {
    template('«{2$$red|red}» hat', { severity: 'warning', message: '2 different options' });
    template('«{3$$red|blue}» hat');
    template('{2$$red|blue}, {1-3$$red|blue}, {red|red}, {2$$__defaults__}');
  });

  it('is silent where the prompt is no template', () => {
    template('{red|blue car, 100% hat', { environment: { ...environment, dynamicPrompts: false } });
    template('{red car\nSteps: 20, Sampler: Euler a, Template: {red|blue} car');
    template('a cat, (hat:1.2), [a|b], <lora:x:1>');
  });
});

describe('unknown-wildcard with files', () => {
  it('finds names in every folder, and tells of files without a value', () => {
    check('__«nope»__, __coats__, __c*__', 'unknown-wildcard', { environment });
    check('__«num»__ cat', 'unknown-wildcard', { environment, message: 'no value that can be used' });
  });
});

describe('duplicate-lora and alternatives', () => {
  it('lets options of one choice load the same file', () => {
    check('{<lora:fairycore:1.0>|<lora:fairycore:0.5>} hat', 'duplicate-lora', { environment });
    check('{a|<lora:fairycore:1>|{b|<lora:fairycore:0.5>}} hat', 'duplicate-lora', { environment });
    check('{2$$<lora:fairycore:1.0>|«<lora:fairycore:0.5>»} hat', 'duplicate-lora', { environment });
    check('{<lora:fairycore:1.0>|x} «<lora:fairycore:0.5>»', 'duplicate-lora', { environment });
    check('{<lora:fairycore:1.0>|«<lora:fairycore:0.5>»} hat', 'duplicate-lora');
  });
});

describe('prompts in parameters', () => {
  const line = 'cat\nSteps: 20, Sampler: Euler a, Seed: 1, Hires upscale: 2, ';
  it('are checked as prompts, at their places', () => {
    check(`${line}Hires prompt: "x, <lora:«not_there»:1>"`, 'unknown-lora');
    check(`${line}Hires prompt: <lora:«not_there»:1>`, 'unknown-lora');
    check(`${line}ADetailer prompt: "\\"q\\", <lora:«not_there»:1>"`, 'unknown-lora');
    check(`${line}ADetailer prompt 2nd: "x, <lora:«not_there»:1>"`, 'unknown-lora');
    check(`${line}ADetailer negative prompt: "x, «<lora:fairycore:1>»"`, 'lora-in-negative');
    check(`${line}Hires negative prompt: "(bad:1.2), lowres"`, 'attention-weight');
    check(`${line}Hires module 1: "<lora:not_there:1>"`, 'unknown-lora');
  });
});
