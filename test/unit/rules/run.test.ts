import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EMPTY_ENVIRONMENT } from '../../../server/src/language/environment';
import { RULES } from '../../../server/src/language/rules';
import { lint, MAX_FINDINGS, optionsFor } from '../../../server/src/language/rules/run';
import { ruleSchema } from '../../../server/src/language/rules/schema';
import { parse } from '../../../server/src/language/syntax/parse';
import { check, findings } from './check';
import { corpus } from './corpus';
import { STUDIO } from './environment';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the list of rules', () => {
  it('has unique ids and aliases in kebab-case', () => {
    const names = RULES.flatMap((rule) => [rule.id, ...(rule.aliases ?? [])]);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
  });
  it('describes each in one sentence and says how its options default', () => {
    for (const rule of RULES) {
      expect(rule.description, rule.id).toMatch(/\.$/);
      const properties = (rule.options?.properties ?? {}) as Record<
        string,
        { default?: unknown; description?: string }
      >;
      for (const [name, schema] of Object.entries(properties)) {
        expect(schema.default, `${rule.id}.${name}`).toBeDefined();
        expect(schema.description, `${rule.id}.${name}`).toMatch(/\.$/);
      }
    }
  });
  it('has a schema with every id and every alias', () => {
    const { properties } = ruleSchema() as { properties: Record<string, unknown> };
    expect(Object.keys(properties).sort()).toEqual(
      RULES.flatMap((rule) => [rule.id, ...(rule.aliases ?? [])]).sort(),
    );
  });
});

describe('settings', () => {
  const text = 'a, a, <lora:nobody:1>';
  const levels = (settings: Parameters<typeof lint>[2]): string[] =>
    lint(parse(text), STUDIO, settings).map((finding) => `${finding.ruleId} ${finding.severity}`);

  it('start from the rules', () => {
    expect(levels({})).toEqual(['duplicate-tag info', 'unknown-lora error']);
  });
  it('silence, and set the level', () => {
    expect(levels({ 'duplicate-tag': 'off', 'unknown-lora': 'hint' })).toEqual(['unknown-lora hint']);
    expect(levels({ 'duplicate-tag': ['warning', { ignore: [] }], 'unknown-lora': 'on' })).toEqual([
      'duplicate-tag warning',
      'unknown-lora error',
    ]);
    expect(levels({ 'duplicate-tag': ['off', {}] })).toEqual(['unknown-lora error']);
  });
  it('accept aliases and ignore names nobody has', () => {
    expect(levels({ 'missing-lora': 'off', nonsense: 'error' })).toEqual(['duplicate-tag info']);
  });
  it('win over the severity of a finding, unless they are `on`', () => {
    check('<lora:film_grain:«0»>', 'lora-weight', { severity: 'info' });
    check('<lora:film_grain:«0»>', 'lora-weight', {
      severity: 'error',
      settings: { 'lora-weight': 'error' },
    });
    check('<lora:film_grain:«0»>', 'lora-weight', {
      severity: 'info',
      settings: { 'lora-weight': ['on', { max: 1 }] },
    });
  });
  it('lay configured options over the defaults', () => {
    const rule = RULES.find(({ id }) => id === 'attention-weight')!;
    expect(optionsFor(rule, undefined)).toEqual({ min: 0, max: 2 });
    expect(optionsFor(rule, ['on', { max: 3 }])).toEqual({ min: 0, max: 3 });
  });
});

describe('findings', () => {
  it('are sorted by range and then by rule', () => {
    const found = findings('a (16:9), b)\n<lora:twin:9> <lora:twin:9>');
    const order = found.map(({ range, ruleId: id }) => [range.start, range.end, id] as const);
    expect(order.length).toBeGreaterThan(4);
    expect(order).toEqual([...order].sort((a, b) => a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : 1)));
  });
  it('are kept inside the text', () => {
    const rule = RULES.find(({ id }) => id === 'duplicate-tag')!;
    vi.spyOn(rule, 'check').mockImplementation((_context, _options, report) => {
      report({ range: { start: -5, end: 99 }, message: 'x' });
      report({ range: { start: 50, end: 2 }, message: 'y' });
    });
    expect(findings('abc').map((finding) => finding.range)).toEqual([
      { start: 0, end: 3 },
      { start: 3, end: 3 },
    ]);
  });
  it('have an end', () => {
    expect(findings(Array.from({ length: MAX_FINDINGS + 50 }, () => '<note:x>').join(', '))).toHaveLength(
      MAX_FINDINGS,
    );
  });
  it('say how many of a rule are left out, and leave the other rules alone', () => {
    const text = Array.from({ length: MAX_FINDINGS + 50 }, () => '<note:x>').join(', ');
    const found = findings(`${text}, <lora:nobody_has_this:1>`);
    const notes = found.filter(({ ruleId }) => ruleId === 'unknown-tag-type');
    expect(notes).toHaveLength(MAX_FINDINGS);
    expect(notes.at(-1)?.message).toContain('50 more findings');
    expect(notes.at(-2)?.message).not.toContain('more findings');
    expect(found.some(({ ruleId }) => ruleId === 'unknown-lora')).toBe(true);
  });
  it('do not overflow the stack', () => {
    const rule = RULES.find(({ id }) => id === 'duplicate-tag')!;
    vi.spyOn(rule, 'check').mockImplementation((_context, _options, report) => {
      for (let at = 0; at < 200_000; at++) report({ range: { start: 0, end: 1 }, message: 'x' });
    });
    expect(findings('abc').map(({ ruleId }) => ruleId)).not.toContain('internal-rule-error');
  });
  it('take `constructor` for no key of the web UI', () => {
    const found = findings('cat\nSteps: 20, Sampler: Euler a, Seed: 1, constructor: 1, constructor: 2');
    expect(found.filter(({ ruleId }) => ruleId === 'invalid-parameter')).toEqual([]);
  });
});

describe('any text', () => {
  /** What is wrong with the findings of a text, if anything. */
  const faults = (text: string): string[] => {
    const found: string[] = [];
    for (const environment of [STUDIO, { ...STUDIO, target: 'comfyui' as const, dynamicPrompts: true }]) {
      for (const finding of lint(parse(text), environment)) {
        const { start, end } = finding.range;
        if (finding.ruleId === 'internal-rule-error') found.push(finding.message);
        if (!/^\S[\s\S]*[.?`]$/.test(finding.message)) found.push(`message: ${finding.message}`);
        if (start < 0 || start > end || end > text.length) found.push(`range of ${finding.ruleId}`);
        for (const { edits } of finding.fixes ?? []) {
          let at = 0;
          for (const { range } of [...edits].sort((a, b) => a.range.start - b.range.start)) {
            if (range.start < at || range.end < range.start || range.end > text.length)
              found.push(`fix of ${finding.ruleId}`);
            at = range.end;
          }
        }
      }
    }
    return found;
  };
  const sound = (text: string): void => {
    expect(faults(text), JSON.stringify(text)).toEqual([]);
  };
  it('is linted where nothing is known', () => {
    for (const text of corpus()) expect(Array.isArray(lint(parse(text), EMPTY_ENVIRONMENT))).toBe(true);
  });
  it('of the corpus is linted without a rule failing', () => {
    for (const text of corpus()) sound(text);
  });
  it('of random characters too', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), sound), { numRuns: 200, seed: 7 });
    const signs = fc.string({ unit: fc.constantFrom(...'()[]:|,<>\\#0.-a \n'), maxLength: 40 });
    fc.assert(fc.property(signs, sound), { numRuns: 500, seed: 8 });
  });
});

describe('prompts as people share them', () => {
  const SHARED = [
    `masterpiece, best quality, ultra-detailed, 1girl, solo, long hair, (blue eyes:1.2), school uniform, cherry blossoms, depth of field, <lora:outline:0.6>, lineart
Negative prompt: (worst quality, low quality:1.4), EasyNegative, bad anatomy, bad hands, ((monochrome)), text, watermark
Steps: 28, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 2749178326, Size: 512x768, Model hash: 7f96a1a9ca, Model: AnythingV5, Denoising strength: 0.45, Clip skip: 2, Hires upscale: 2, Hires steps: 15, Hires upscaler: R-ESRGAN 4x+ Anime6B, Lora hashes: "outline: deadbeef0123", TI hashes: "EasyNegative: c74b4e810b03", Version: v1.6.0`,
    `score_9, score_8_up, score_7_up, source_anime, 1boy, hatsune miku \\(vocaloid\\), dynamic pose, [sketch:oil painting:0.3], BREAK, city lights, night, :), looking at viewer
Negative prompt: score_6, score_5, source_pony
Steps: 30, Sampler: Euler a, CFG scale: 6.5, Seed: 1, Size: 832x1216, Model: sdxl_base, Clip skip: 2, ENSD: 31337, Civitai resources: [{"type":"checkpoint","modelVersionId":290640}], Civitai metadata: {"a": {"b": 1}}`,
    `RAW photo, 8k uhd, dslr, soft lighting, high quality, film grain, Fujifilm XT3, a man (wearing a suit:1.1), [[background]], 50mm, f/1.8, 1990s
Negative prompt: (deformed iris, deformed pupils, semi-realistic, cgi, 3d, render, sketch, cartoon, drawing, anime:1.4), text, close up, cropped, out of frame
Steps: 25, Sampler: DPM++ SDE, Schedule type: Karras, CFG scale: 5, Seed: 4214219812, Face restoration: CodeFormer, Size: 768x512, Model: sd15, RNG: CPU, Version: v1.9.4`,
    `1个女孩，单独，线稿，单色，<lora:outline:1>，lineart`,
    `A wide shot of a castle on a hill at dawn. Mist rises from the valley; a river winds towards the sea, and birds circle above the towers.`,
  ];
  it.each(SHARED)('show nothing red: %#', (text) => {
    const loud = findings(text).filter(({ severity }) => severity === 'error' || severity === 'warning');
    expect(loud.map(({ ruleId: id, message }) => `${id}: ${message}`)).toEqual([]);
  });
});
