import { describe, expect, it } from 'vitest';
import { expandAll, expandRandom, expandSeeds } from '../../../server/src/language/dialects/dynamic/expand';
import { parseDynamic } from '../../../server/src/language/dialects/dynamic/parse';
import { createPythonRandom } from '../../../server/src/language/dialects/dynamic/random';
import {
  createWildcardLookup,
  createWildcardMatcher,
  textCollection,
} from '../../../server/src/language/dialects/dynamic/wildcards';
import { EMPTY_ENVIRONMENT } from '../../../server/src/language/environment';
import { buildBatch } from '../../../server/src/language/plan/batch';
import { buildPlan } from '../../../server/src/language/plan/buildPlan';
import { parse } from '../../../server/src/language/syntax/parse';

const collections = [
  textCollection('colours', 'red\r\ngreen\n# no\n\nblue'),
  textCollection('deep/in/size', 'big\nsmall'),
  textCollection('circle', '__circle__ x'),
  textCollection('broken', '{a|b'),
];
const wildcards = createWildcardLookup(collections);

const all = (template: string, limit = 100) => expandAll(template, limit, { wildcards });
const random = (template: string, seed: number) => {
  const drawn = expandRandom(template, 1, seed, { wildcards });
  return drawn.ok ? { ok: true, value: drawn.value.prompts[0] } : drawn;
};
const texts = (pattern: string) => wildcards(pattern).map(({ text }) => text);

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
    expect(all('{__nobody__|a}')).toMatchObject({
      value: { prompts: ['__nobody__', 'a'], complete: true, missing: ['nobody'] },
    });
    expect(all(`{40$$${'a|b|'.repeat(30)}c}`)).toMatchObject({ value: { prompts: [] } });
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
    expect(texts('../colours')).toEqual([]);
    expect(texts('colo?rs')).toEqual(['blue', 'green', 'red']);
    expect(texts('[a-c]olours')).toEqual(['blue', 'green', 'red']);
  });
});

describe('expandSeeds', () => {
  it('goes on with cyclical choices from seed to seed', () => {
    expect(expandSeeds('{@a|b|c}', [7, 8, 9, 10], { wildcards })).toMatchObject({
      value: { prompts: ['a', 'b', 'c', 'a'] },
    });
    const one = expandSeeds('{a|b|c|d|e|f}', [7, 8, 9], { wildcards });
    expect(one.ok && one.value.prompts).toEqual(
      [7, 8, 9].map((seed) => {
        const drawn = random('{a|b|c|d|e|f}', seed);
        return drawn.ok && drawn.value;
      }),
    );
  });
});

describe('createWildcardMatcher', () => {
  it('finds the file of a name in any folder', () => {
    const names = (pattern: string) => createWildcardMatcher(collections)(pattern).map(({ name }) => name);
    expect(names('size')).toEqual(['deep/in/size']);
    expect(names('*')).toEqual(['colours', 'deep/in/size', 'circle', 'broken']);
    expect(names('nobody')).toEqual([]);
  });
});

describe('parseDynamic', () => {
  it('says where and why a template cannot be read', () => {
    const place = (template: string) => {
      const parsed = parseDynamic(template);
      if (parsed.ok) return undefined;
      const { start, end } = parsed.problem.range;
      return [template.slice(start, end), parsed.problem.message.split(',')[0]];
    };
    expect(place('a {red|blue car, hat')).toEqual(['{', '`{` is never closed']);
    expect(place('100% cotton, {a|b}')).toEqual(['%', 'A plain `%` has a meaning here']);
    expect(place('{a|50%}, b')).toEqual(['%', 'A plain `%` has a meaning here']);
    expect(place('for $5')).toEqual(['$', 'A plain `$` has a meaning here']);
    expect(place('a snake__case b')).toEqual([
      '__',
      '`__` without a partner begins a wildcard that has no end',
    ]);
    expect(place('{2 $$ a|b}')).toEqual([' $$', 'White space may not stand between the number and `$$`']);
    expect(place('{2$$、$$a|b}')?.[0]).toBe('、');
    expect(place('a $$ b')?.[0]).toBe('$$');
  });

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
    expect(plan(true, 3)).toEqual(plan(true, 3));
    expect(new Set([1, 2, 3, 4, 5, 6].map((seed) => plan(true, seed).toString())).size).toBeGreaterThan(1);
  });

  it('keeps the template in the metadata, and does not expand such a block again', () => {
    const infotext = (text: string) => {
      const result = buildPlan(
        parse(text),
        0,
        { ...environment, dynamicPrompts: true },
        { drawnSeed: 1, seed: 3 },
      );
      return result.ok ? result.value.plan.infotext : result.problem.code;
    };
    const first = infotext('a {x|y}, {u|v}\nNegative prompt: __colours__');
    expect(first).toContain('Template: "a {x|y}, {u|v}", Negative Template: __colours__');
    expect(infotext(first)).toBe(first);
    expect(infotext('a {x|y}\nSteps: 20, Template: a {x|y}')).toMatch(/^a \{x\|y\}\n/);
    expect(infotext('plain, text')).not.toContain('Template');
    expect(infotext('a {x|y')).toBe('dynamic-syntax');
  });

  it('goes through a batch as the extension does', () => {
    const document = parse('{@a|b|c} hat\nBatch count: 3, Seed: 5');
    const plans = buildBatch(document, 0, { ...environment, dynamicPrompts: true }, { drawnSeed: 1 });
    expect(plans.ok && plans.value.map(({ plan }) => plan.infotext.split('\n')[0])).toEqual([
      'a hat',
      'b hat',
      'c hat',
    ]);
  });

  it('warns of a wildcard that is not there', () => {
    const result = buildPlan(
      parse('a __nobody__'),
      0,
      { ...environment, dynamicPrompts: true },
      { drawnSeed: 1 },
    );
    expect(result.ok && result.value.warnings.join()).toContain('No wildcard file is called `nobody`');
  });
});
