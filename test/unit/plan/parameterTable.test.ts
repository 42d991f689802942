import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EMPTY_ENVIRONMENT, type Environment } from '../../../server/src/language/environment';
import { buildBatch } from '../../../server/src/language/plan/batch';
import type { BuiltPlan } from '../../../server/src/language/plan/buildPlan';
import { parse } from '../../../server/src/language/syntax/parse';
import { catalogueParameter, PARAMETER_CATALOGUE } from '../../../server/src/shared/catalogue/treatments';
import type { ModelFacts } from '../../../server/src/shared/facts';
import { golden } from '../engine/golden';

const PAGE = new URL('../../../docs/parameters.md', import.meta.url);
const WORDS = { honoured: 'honoured', told: 'told', none: 'no effect' } as const;
const START = '<!-- table of parameters: from server/src/shared/catalogue -->';
const END = '<!-- end of the table -->';

/** Parameters that do something only beside others. */
const BESIDE: Readonly<Record<string, string>> = {
  'Variation seed': 'Variation seed strength: 0.2',
  'Denoising strength': 'Init image: start.png',
  'Noise multiplier': 'Init image: start.png',
  'Extra noise': 'Init image: start.png',
  'Refiner switch at': 'Refiner: other',
  'Refiner switch by sampling steps': 'Refiner: other',
  'Hires refiner': 'Refiner: other, Hires upscale: 2',
  'Hires resize': '',
  'Hires upscale': '',
};

const model = (name: string): ModelFacts => ({
  name,
  path: `/models/${name}`,
  format: 'onnx',
  architecture: 'demo',
  source: 'test',
  nativeSize: 96,
});

function built(parameters: string): BuiltPlan[] {
  const environment: Environment = {
    ...EMPTY_ENVIRONMENT,
    models: [model('demo'), model('other')],
    baseModel: model('demo'),
    vaes: [{ name: 'other.vae', path: '/models/other.vae.safetensors' }] as unknown as Environment['vaes'],
  };
  const text = `a (cat:1.2) [by day:by night:0.5]\nNegative prompt: bad\nSteps: 12, Model: demo${parameters}`;
  const result = buildBatch(parse(text), 0, environment, {
    drawnSeed: 7,
    resolveFile: (name) => `/x/${name}`,
  });
  if (!result.ok) throw new Error(`${parameters}: ${result.problem.message}`);
  return result.value;
}

/** The plans without the text that goes under the picture. */
function pictures(plans: readonly BuiltPlan[]): string {
  return JSON.stringify(plans.map(({ plan }) => ({ ...plan, infotext: '' })));
}

function table(): string {
  const rows = PARAMETER_CATALOGUE.map(
    ({ key, here, effect, example }) =>
      `| \`${key}\` | \`${example.replaceAll('|', '\\|')}\` | ${effect} | ${WORDS[here]} |`,
  );
  return ['| key | example | effect | here |', '|---|---|---|---|', ...rows].join('\n');
}

describe('the table of parameters', () => {
  it('stands in the documentation', () => {
    const page = readFileSync(PAGE, 'utf8');
    const [before, rest] = page.split(START) as [string, string];
    const wanted = `${before}${START}\n\n${table()}\n\n${END}${rest.split(END)[1]}`;
    if (process.env.SDPROMPT_UPDATE_DOCS) writeFileSync(PAGE, wanted);
    expect(
      page === wanted || Boolean(process.env.SDPROMPT_UPDATE_DOCS),
      'run with SDPROMPT_UPDATE_DOCS=1',
    ).toBe(true);
  });

  // The keys come from the page, so that a row without an effect cannot stay there.
  const rows = [
    ...readFileSync(PAGE, 'utf8').matchAll(/^\| `(.+?)` \| `(.+?)` \| .* \| (honoured|told|no effect) \|$/gm),
  ];
  it('has every parameter', () => {
    expect(rows.map(([, key]) => key)).toEqual(PARAMETER_CATALOGUE.map(({ key }) => key));
  });

  it.each(rows.map(([, key, example, here]) => [key!, example!.replaceAll('\\|', '|'), here!] as const))(
    '%s: %s',
    (key, example, here) => {
      const beside = BESIDE[key] ?? (key.startsWith('Hires ') ? 'Hires upscale: 2' : '');
      const base = beside === '' ? '' : `, ${beside}`;
      const without = built(base);
      const value = example.startsWith('"') || !/[,:]/.test(example) ? example : JSON.stringify(example);
      const withKey = built(`${base}, ${key}: ${value}`);
      const notes = withKey.flatMap(({ warnings }) => warnings).join('\n');
      const changes = pictures(withKey) !== pictures(without);
      if (here === 'honoured') expect(changes, 'changes the plan').toBe(true);
      else expect(changes, 'changes nothing').toBe(false);
      if (here === 'told') expect(notes).toContain(key);
      if (here === 'no effect') expect(notes).not.toContain(key);
    },
  );

  it('tells of every key that it lacks, an extension in one note', () => {
    const [first] = built(', ADetailer model: face, ADetailer version: 1, Mimic scale: 7');
    expect(first!.warnings).toEqual([
      '`ADetailer model`, `ADetailer version` are not known, and not used by the preview.',
      '`Mimic scale` is not known, and not used by the preview.',
    ]);
  });

  it('has every option of the web UI that infotext sets', () => {
    const { mapping } = golden<{ mapping: [key: string, setting: string][] }>(
      'a1111-real/infotext-settings.json',
    );
    const keys = mapping.map(([key]) => key);
    expect(keys.filter((key) => catalogueParameter(key) === undefined)).toEqual([]);
  });

  it('writes what it honours under the picture, so that it reads back', () => {
    const settings = PARAMETER_CATALOGUE.filter(
      ({ setting, key }) => setting !== undefined && !key.startsWith('Downcast'),
    );
    for (const { key, example } of settings) {
      const [{ plan }] = built(`, Init image: start.png, ${key}: ${example}`) as [BuiltPlan];
      const again = parse(plan.infotext).blocks[0]!.parameters;
      expect(again.find((parameter) => parameter.key === key)?.value, key).toBe(example);
    }
  });
});
