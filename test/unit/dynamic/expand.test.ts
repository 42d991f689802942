import { describe, expect, it } from 'vitest';
import { expandAll, expandRandom } from '../../../server/src/language/dialects/dynamic/expand';
import { parseDynamic } from '../../../server/src/language/dialects/dynamic/parse';
import { createPythonRandom } from '../../../server/src/language/dialects/dynamic/random';
import { createWildcardLookup } from '../../../server/src/language/dialects/dynamic/wildcards';
import { EMPTY_ENVIRONMENT } from '../../../server/src/language/environment';
import { buildPlan } from '../../../server/src/language/plan/buildPlan';
import { parse } from '../../../server/src/language/syntax/parse';

const wildcards = createWildcardLookup(
  new Map([
    ['colours.txt', 'red\r\ngreen\n# no\n\nblue'],
    ['deep/in/size.txt', 'big\nsmall'],
    ['circle.txt', '__circle__ x'],
    ['broken.txt', '{a|b'],
  ]),
);

const all = (template: string, limit = 100) => expandAll(template, limit, { wildcards });
const random = (template: string, seed: number) => expandRandom(template, { wildcards, seed });

/** Variable marks around each part; a `$x` inside one is a variable of its own. */
function variable(...parts: string[]): string {
  const mark = (name: string): string => ['$', '{', name, '}'].join('');
  return parts.map((part) => mark(part.replace(/\$(\w+)/, (_all, name: string) => mark(name)))).join('');
}

describe('random numbers', () => {
  it('are those of Python', () => {
    // random.seed(42); [random.random() for _ in range(2)], then randrange(1000) twice
    const generator = createPythonRandom(42);
    expect([generator.real(), generator.real()]).toEqual([0.6394267984578837, 0.025010755222666936]);
    expect(createPythonRandom(2 ** 40 + 7).real()).toBe(0.6137037779936511);
    expect(createPythonRandom(-42).real()).toBe(0.6394267984578837);
  });
});

describe('expandRandom', () => {
  it('gives the same prompt for the same seed and others for others', () => {
    const results = Array.from({ length: 20 }, (_, seed) => random('a {x|y|z} __colours__', seed));
    expect(results).toEqual(Array.from({ length: 20 }, (_, seed) => random('a {x|y|z} __colours__', seed)));
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBeGreaterThan(4);
    for (const result of results) expect(result.ok && result.value).toMatch(/^a [xyz] (red|green|blue)$/);
  });

  it('honours weights, bounds and samplers', () => {
    for (let seed = 0; seed < 20; seed++) {
      expect(random('{0::x|1::y}', seed)).toEqual({ ok: true, value: 'y' });
      const two = random('{2$$ and $$a|b|c}', seed);
      expect(two.ok && two.value).toMatch(/^([abc]) and (?!\1)[abc]$/);
    }
    expect(all('{@a|b|c} {x|y}')).toMatchObject({ value: { prompts: ['a x', 'b y'] } });
  });

  it('leaves a missing wildcard as it is', () => {
    expect(random('a __nobody__', 1)).toEqual({ ok: true, value: 'a __nobody__' });
  });
});

describe('expandAll', () => {
  it('stops at the limit and says so', () => {
    expect(all('{a|b|c}', 2)).toMatchObject({ value: { prompts: ['a', 'b'], complete: false } });
    expect(all('{a|b}', 2)).toMatchObject({ value: { prompts: ['a', 'b'], complete: true } });
  });

  it('ends with a problem instead of running for ever', () => {
    expect(all('{__nobody__|a}')).toMatchObject({ ok: false, problem: { code: 'dynamic-budget' } });
    expect(all('__circle__')).toMatchObject({ ok: false, problem: { code: 'dynamic-recursion' } });
    expect(all(variable('a=$b', 'b=$a', 'a'))).toMatchObject({
      ok: false,
      problem: { code: 'dynamic-recursion' },
    });
    expect(all(variable('nobody'))).toMatchObject({ ok: false, problem: { code: 'dynamic-variable' } });
    expect(all('__broken__')).toMatchObject({ ok: false, problem: { code: 'dynamic-syntax' } });
    expect(all(`{${'a|'.repeat(40)}b}`.repeat(8), 5)).toMatchObject({ value: { complete: false } });
  });

  it('finds wildcards in folders, by pattern and without their folder', () => {
    expect(all('__size__')).toMatchObject({ value: { prompts: ['big', 'small'] } });
    expect(all('__deep/*__')).toMatchObject({ value: { prompts: ['big', 'small'] } });
    expect(wildcards('../colours')).toEqual([]);
    expect(wildcards('colo?rs')).toEqual(['blue', 'green', 'red']);
    expect(wildcards('[a-c]olours')).toEqual(['blue', 'green', 'red']);
  });
});

describe('parseDynamic', () => {
  it('refuses what the dialect has no place for', () => {
    for (const template of ['{a', '50% off', 'costs $5', '<lora:a__b:1>', '${', '__', '{2$$ $ $$a|b}'])
      expect([template, parseDynamic(template).ok]).toEqual([template, false]);
  });

  it('survives deep nesting and long texts', () => {
    expect(parseDynamic('{'.repeat(100_000))).toMatchObject({ problem: { code: 'dynamic-too-deep' } });
    expect(parseDynamic('{a|b} '.repeat(20_000)).ok).toBe(true);
    expect(parseDynamic('__'.repeat(50_000)).ok).toBe(false);
  });
});

describe('buildPlan with the dialect', () => {
  const model = { name: 'm', path: '/m', format: 'onnx', source: 'test' } as const;
  const environment = { ...EMPTY_ENVIRONMENT, baseModel: model, models: [model], readWildcard: wildcards };

  it('expands templates with the seed of the picture, only when it is switched on', () => {
    const plan = (dynamicPrompts: boolean, seed: number) => {
      const document = parse('a {x|y|z|u|v}\nNegative prompt: __colours__');
      const result = buildPlan(document, 0, { ...environment, dynamicPrompts }, { drawnSeed: 1, seed });
      return result.ok ? result.value.plan.infotext.split('\n').slice(0, 2) : result.problem.code;
    };
    expect(plan(false, 3)).toEqual(['a {x|y|z|u|v}', 'Negative prompt: __colours__']);
    expect(plan(true, 3).toString()).toMatch(/^a [xyzuv],Negative prompt: (red|green|blue)$/);
    expect(new Set([1, 2, 3, 4, 5, 6].map((seed) => plan(true, seed).toString())).size).toBeGreaterThan(1);
  });
});
