import { describe, expect, it } from 'vitest';
import { check } from './check';

describe('lora-weight', () => {
  it.each([
    ['0,8', '0.8'],
    ['0，8', '0.8'],
    ['−0.5', '-0.5'],
    ['0..8', '0.8'],
    ['1.0x', '1.0'],
    ['0. 8', '0.8'],
    ['0．8', '0.8'],
  ])('reads %s as the slip it is', (written, meant) => {
    check(`<lora:mira:«${written}»>`, 'lora-weight', { severity: 'error', fixed: `<lora:mira:${meant}>` });
  });
  it('reports what is no number', () => {
    const [finding] = check('1girl, <lora:foo:«abc»>', 'lora-weight', {
      severity: 'error',
      message: 'not a number',
    });
    expect(finding?.fixes).toEqual([]);
    check('<lora:mira:1:«high»>', 'lora-weight', { severity: 'error' });
    check('<lora:mira:te=«x»:unet=1>', 'lora-weight');
    check('<lora:mira:1:1:«1.5»>', 'lora-weight', { message: 'ranks' });
    check('<lora:mira:1:dyn=«many»>', 'lora-weight', { message: 'ranks' });
  });
  it('reports an empty weight', () => {
    check('<lora:mira«:»>', 'lora-weight', { severity: 'error', fixed: '<lora:mira>' });
  });
  it('reports numbers that are none', () => {
    for (const text of ['nan', 'inf', '-inf', 'Infinity', 'NaN'])
      check(`<lora:mira:«${text}»>`, 'lora-weight', { severity: 'error', message: 'black' });
  });
  it('knows the range, which can be configured', () => {
    check('<lora:film_grain:«3»>', 'lora-weight', { severity: 'warning' });
    check('<lora:film_grain:«-2.01»>', 'lora-weight');
    check('<lora:film_grain:2> <lora:mystery:-2>', 'lora-weight');
    check('<lora:film_grain:«1.2»>', 'lora-weight', { settings: { 'lora-weight': ['on', { max: 1 }] } });
    check('<lora:film_grain:1:«5»>', 'lora-weight');
  });
  it('mentions a weight of zero', () => {
    check('<lora:mira:«0»>', 'lora-weight', { severity: 'info' });
    check('<lora:mira:0:1>', 'lora-weight');
    check('<lora:film_grain:1:0>', 'lora-weight');
  });
  it('compares with the preferred weight', () => {
    check('<lora:detail:«1.5»>', 'lora-weight', { severity: 'info', unsafe: '<lora:detail:0.6>' });
    check('<lora:detail:1.1>', 'lora-weight');
    check('<lora:detail:0.1>', 'lora-weight');
    check('<lora:detail:«-0.6»>', 'lora-weight');
  });
  it('adds up a stack', () => {
    const stack = '<lora:mira:1>, <lora:outline:2>, <lora:film_grain:1>';
    check(stack, 'lora-weight', { settings: { 'lora-weight': ['on', { preferredTolerance: 9 }] } });
    check(`${stack}, «<lora:detail:0.6>», <lora:mystery:1>`, 'lora-weight', {
      severity: 'info',
      message: 'add up to 5.6',
    });
  });
  it('adds up a stack whatever its signs', () => {
    check('<lora:film_grain:-2>, <lora:outline:2>, «<lora:mystery:-1>»', 'lora-weight', {
      severity: 'info',
      message: 'add up to 5',
    });
  });
  it('accepts what float accepts', () => {
    for (const text of ['1', '.5', '1.', '+1', '1e0', '1_0e-1', ' 0.8 ', '１'])
      check(`<lora:film_grain:${text}>`, 'lora-weight');
    check('<lora:film_grain>', 'lora-weight');
    check('<lora:film_grain:1:lbw=IN02>', 'lora-weight');
    check('<lora:film_grain:te=0.5:unet=1>', 'lora-weight');
  });
  it('knows the notations of extensions', () => {
    check('<lora:film_grain:«0@0,1@0.5»>', 'lora-weight', { severity: 'warning', message: 'loractl' });
    check('<lora:film_grain:1:«ALL»>', 'lora-weight', {
      severity: 'warning',
      fixed: '<lora:film_grain:1:lbw=ALL>',
    });
    check('<lora:film_grain:1:«1,0,0,0,1,1,1,1,1,1,1,1»>', 'lora-weight', { severity: 'warning' });
  });
  it('says nothing in negative prompts, where no number is read', () => {
    check('a\nNegative prompt: <lora:mira:abc>', 'lora-weight');
  });
});
