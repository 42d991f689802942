import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../server/src/language/environment';
import { check } from './check';
import { environment, lora, STUDIO } from './environment';

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

describe('duplicate-lora', () => {
  it('reports the second tag', () => {
    const [finding] = check('<lora:mira:1>, a, «<lora:mira:0.5>»', 'duplicate-lora', {
      severity: 'warning',
      unsafe: '<lora:mira:1>, a',
    });
    expect(finding?.related?.[0]?.range).toEqual({ start: 0, end: 13 });
    check('<lora:mira:1> «<lyco:mira:1>» «<lora:mira:2>»', 'duplicate-lora');
  });
  it('knows a file by all of its names', () => {
    const aliased = environment([lora('file_name', { alias: 'Pretty' })]);
    check('<lora:Pretty:1> «<lora:file_name:1>»', 'duplicate-lora', {
      environment: aliased,
      message: 'the same file as `Pretty`',
    });
  });
  it('says what the target makes of the weights', () => {
    const sum = (text: string, target: 'a1111' | 'forge') =>
      check(text, 'duplicate-lora', { environment: { ...STUDIO, target } })[0]?.message;
    expect(sum('<lora:mira:0.8> «<lora:mira:0.3>»', 'a1111')).toContain('once for every tag, 0.6 in all');
    expect(sum('<lora:mira:0.8> «<lora:mira:0.3>»', 'forge')).toContain('equal ones only once, 1.1 in all');
    expect(sum('<lora:mira:0.5> «<lora:mira:0.5>»', 'forge')).toContain('0.5 in all');
    expect(sum('<lora:mira:0.5> «<lora:mira:0.5:0.25>»', 'a1111')).toContain(
      '1 in all for the text encoder and 0.5 for the UNet',
    );
  });
  it('knows options of one choice', () => {
    const dynamic = { ...STUDIO, dynamicPrompts: true };
    check('{<lora:mira:1>|<lora:mira:0.5>}', 'duplicate-lora', { environment: dynamic });
    check('{<lora:mira:1>|<lora:mira:0.5>} «<lora:mira:0.25>»', 'duplicate-lora', { environment: dynamic });
  });
  it('looks at each block alone', () => {
    check('<lora:mira:1>\n---\n<lora:mira:1>', 'duplicate-lora');
    check('<lora:mira:1> <lora:outline:1>', 'duplicate-lora');
    check('<lora:mira:1>\nNegative prompt: <lora:mira:1>', 'duplicate-lora');
  });
});

describe('duplicate-lora by what was measured', () => {
  const changes = { film_grain: { mid_block: [4, 10] }, outline: { mid_block: [2, 10] } } as const;
  const alike = (dot: number) => measuredAs(changes, { 'outline film_grain': { mid_block: dot } });
  it('knows the same changes under two names', () => {
    const [finding] = check('<lora:outline:0.1> «<lora:film_grain:0.1>»', 'duplicate-lora', {
      environment: alike(7.999),
      severity: 'info',
      message: '`film_grain` makes the same changes as `outline`',
    });
    expect(finding?.related?.[0]?.range).toEqual({ start: 0, end: 18 });
  });
  it('leaves those alone that are alike, opposite, or the same in one place only', () => {
    for (const dot of [7.9, 0, -8])
      check('<lora:outline:0.1> <lora:film_grain:0.1>', 'duplicate-lora', { environment: alike(dot) });
    check('<lora:outline:0.1> <lora:film_grain:0.1>', 'duplicate-lora', {
      environment: measuredAs(
        { film_grain: { mid_block: [4, 10], 'up_blocks.0': [3, 10] }, outline: { mid_block: [2, 10] } },
        { 'outline film_grain': { mid_block: 8 } },
      ),
    });
  });
});
