import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../server/src/language/environment';
import { check } from './check';
import { STUDIO } from './environment';

/** Knows changes by LoRA and block as `[change, base]`, and inner products by two LoRAs and block. */
function measuredAs(
  changes: Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>>,
  dots: Readonly<Record<string, Readonly<Record<string, number>>>> = {},
): Environment {
  return {
    ...STUDIO,
    measured: {
      change: ({ file: { name } }, { name: model }) =>
        model === 'sd15' && changes[name]
          ? Object.entries(changes[name]).map(([block, [change, base]]) => ({ block, change, base }))
          : undefined,
      overlap: (first, second) => {
        const known =
          dots[`${first.file.name} ${second.file.name}`] ?? dots[`${second.file.name} ${first.file.name}`];
        return known && Object.entries(known).map(([block, dot]) => ({ block, dot }));
      },
    },
  };
}

describe('overcooked-stack', () => {
  const alone = measuredAs({ film_grain: { mid_block: [3, 10], text_encoder: [1, 10] } });
  it('reports one LoRA at a weight that is too high', () => {
    check('a, <lora:film_grain:«2»>', 'overcooked-stack', {
      environment: alone,
      severity: 'warning',
      message:
        /^`film_grain` at this weight changes `mid_block` of `sd15` by 60 %: more than 50 %.*Lower its weight to 1\.66\.$/,
      unsafe: 'a, <lora:film_grain:1.66>',
    });
    check('<lora:film_grain:«-2»>', 'overcooked-stack', {
      environment: alone,
      unsafe: '<lora:film_grain:-1.66>',
    });
    check('<lora:film_grain:1.6>', 'overcooked-stack', { environment: alone });
    check('«<lora:film_grain>»', 'overcooked-stack', {
      environment: alone,
      settings: { 'overcooked-stack': ['on', { maxShare: 0.2 }] },
    });
  });
  it('lets a stack be that is just at the limit', () => {
    const half = measuredAs({ film_grain: { mid_block: [5, 10] } });
    check('<lora:film_grain:1>', 'overcooked-stack', { environment: half });
    check('<lora:film_grain:«1.01»>', 'overcooked-stack', { environment: half });
  });
  it('counts the weight of the part that the block belongs to', () => {
    check('<lora:film_grain:1:1.6>', 'overcooked-stack', { environment: alone });
    check('<lora:film_grain:9:1>', 'overcooked-stack', {
      environment: measuredAs({ film_grain: { mid_block: [3, 10] } }),
    });
    const [finding] = check('<lora:film_grain:«9»:1>', 'overcooked-stack', {
      environment: alone,
      message: /changes `text_encoder` of `sd15` by 90 %.*for the text encoder to 5\.$/,
    });
    expect(finding?.fixes).toBeUndefined();
  });
  it('adds norms where nothing is known of two together, whatever their signs', () => {
    const two = measuredAs({ film_grain: { mid_block: [3, 10] }, outline: { mid_block: [2.5, 10] } });
    check('<lora:outline:1>, <lora:film_grain:«-1»>', 'overcooked-stack', {
      environment: two,
      message:
        /^Together these 2 LoRAs change `mid_block` of `sd15` by up to 55 %, most of it by `film_grain`: .*Lower its weight to -0\.83\./,
    });
    check('<lora:outline:0.8>, <lora:film_grain:1>', 'overcooked-stack', { environment: two });
  });
  it('adds changes as vectors where their product is known', () => {
    const changes = { film_grain: { mid_block: [4, 10] }, outline: { mid_block: [4, 10] } } as const;
    const knowing = (dot: number) => measuredAs(changes, { 'film_grain outline': { mid_block: dot } });
    const stack = '<lora:outline:1> <lora:film_grain:1>';
    check('<lora:outline:«1»> <lora:film_grain:1>', 'overcooked-stack', {
      environment: knowing(0),
      message: 'by 57 %',
    });
    check(stack, 'overcooked-stack', { environment: knowing(-16) });
    check(stack, 'overcooked-stack', { environment: knowing(-4) });
    // Measured together, and no block in common.
    check(stack, 'overcooked-stack', {
      environment: measuredAs({ film_grain: { mid_block: [4, 10] }, outline: { 'down_blocks.0': [4, 10] } }),
    });
  });
  it('asks for less of everything where one weight cannot help', () => {
    const [finding] = check('<lora:outline:«1»> <lora:film_grain:1> <lora:mystery:1>', 'overcooked-stack', {
      environment: measuredAs({
        outline: { mid_block: [6, 10] },
        film_grain: { mid_block: [5.5, 10] },
        mystery: { mid_block: [5.5, 10] },
      }),
      message: 'Multiply all weights by 0.29 or less.',
    });
    expect(finding?.fixes).toBeUndefined();
    expect(finding?.related?.map(({ range }) => range.start)).toEqual([17, 37]);
  });
  it('says nothing of what was never measured, of other models and of what is not loaded', () => {
    check('<lora:outline:9>', 'overcooked-stack', { environment: alone });
    check('<lora:film_grain:9>', 'overcooked-stack');
    check('<lora:film_grain:9>\nSteps: 20, Model: sdxl_base', 'overcooked-stack', { environment: alone });
    check('a\nNegative prompt: <lora:film_grain:9>', 'overcooked-stack', { environment: alone });
    check('<lora:film_grain:0> <lora:film_grain:nan>', 'overcooked-stack', { environment: alone });
    check('<lora:film_grain:1>\n---\n<lora:film_grain:1>', 'overcooked-stack', { environment: alone });
  });
  it('counts a LoRA that is loaded twice twice', () => {
    check('<lora:film_grain:«1»> <lora:film_grain:0.9>', 'overcooked-stack', {
      environment: alone,
      message: 'by 57 %',
    });
    check('<lora:film_grain:1.9> <lora:film_grain:-1>', 'overcooked-stack', { environment: alone });
  });
});
