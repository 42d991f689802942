import { describe, expect, it } from 'vitest';
import { resolveText } from '../../../server/src/language/analysis/resolve';
import { EMPTY_ENVIRONMENT, type Environment, type Target } from '../../../server/src/language/environment';
import { chooseLoras } from '../../../server/src/language/plan/loras';
import { createLookup } from '../../../server/src/library/resolve';
import type { ModelFacts } from '../../../server/src/shared/facts';
import { loraFacts } from '../../support/loraFacts';
import { webuiRows } from './data';

/**
 * Rows of AUTOMATIC1111 1.10.1 and of Forge, run for real: the strength of each file, measured in a UNet layer and in a
 * text encoder layer, against the sum over the plan's LoRAs. Two settings that no prompt can say (`sd_lora`) and cut
 * ranks, whose difference is no multiple of the file's, are left out by name.
 */
interface Pass {
  readonly unet: Readonly<Record<string, number>>;
  readonly te: Readonly<Record<string, number>>;
  readonly errors: readonly string[];
  readonly comments?: readonly string[];
  readonly notAMultiple?: boolean;
}
interface Row {
  readonly id: string;
  readonly prompt: string;
  readonly hiresPrompt: string | null;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly a1111: { readonly first: Pass; readonly hires: Pass | null };
  readonly forge: { readonly first: Pass; readonly hires: Pass | null };
}

const rows = webuiRows<Row>('lora-strength.json');
const FILES = [
  ['alpha', 'AlphaAlias'],
  ['beta', undefined],
  ['sub/gamma', 'shared_alias'],
  ['delta', 'shared_alias'],
  ['last', 'last'],
].map(([path, alias]) =>
  loraFacts({
    name: (path as string).split('/').at(-1) as string,
    relativePath: `${path}.safetensors`,
    path: `/loras/${path}.safetensors`,
    ...(alias !== undefined && { alias }),
  }),
);
const MODEL: ModelFacts = { name: 'm', path: '/m', format: 'onnx', source: 'test' } as ModelFacts;
const environments = Object.fromEntries(
  (['a1111', 'forge'] as const).map((target): [Target, Environment] => [
    target,
    { ...EMPTY_ENVIRONMENT, target, loras: createLookup(FILES, target, 'files') },
  ]),
);

/** Strengths of each file in the plan, without those that come to nothing. */
function planned(prompt: string, target: Target) {
  const block = { positive: resolveText(prompt, true, 20), negative: resolveText('', false, 20) };
  const warnings: string[] = [];
  const chosen = chooseLoras(block, MODEL, environments[target] as Environment, warnings, 'skip');
  const sum = (part: 'te' | 'unet') => {
    const strengths: Record<string, number> = {};
    for (const { plan, facts } of chosen.ok ? chosen.value : [])
      strengths[facts.file.name] = (strengths[facts.file.name] ?? 0) + plan[part];
    return Object.fromEntries(Object.entries(strengths).filter(([, weight]) => Math.abs(weight) > 0.002));
  };
  return { chosen, warnings, te: sum('te'), unet: sum('unet') };
}

function compare(pass: Pass, prompt: string, target: Target): void {
  const { chosen, warnings, te, unet } = planned(prompt, target);
  if (pass.errors.some((error) => error.startsWith('ValueError'))) {
    expect(chosen).toMatchObject({ ok: false, problem: { code: 'bad-lora-weight' } });
    return;
  }
  const missing = warnings.filter((warning) => warning.startsWith('There is no LoRA'));
  const stopped = pass.errors.some((error) => error.startsWith('AttributeError'));
  expect(missing.length > 0).toBe(stopped || (pass.comments ?? []).length > 0);
  // Forge loads nothing then; the plan leaves out what is missing, and the finding says what Forge would do.
  if (stopped) return;
  for (const [part, mine] of [
    ['te', te],
    ['unet', unet],
  ] as const) {
    expect(Object.keys(mine).sort()).toEqual(Object.keys(pass[part]).sort());
    // A1111 sums in half precision.
    for (const [file, strength] of Object.entries(pass[part]))
      expect(Math.abs((mine[file] as number) - strength)).toBeLessThan(0.0025);
  }
}

describe('the same LoRA twice, and names, as the programs do', () => {
  for (const target of ['a1111', 'forge'] as const)
    for (const { id, prompt, hiresPrompt, settings, [target]: run } of rows)
      it(`${target}: ${id}`, () => {
        if (settings.sd_lora !== undefined) return expect(planned('x', target).te).toEqual({});
        if (/\bdyn\b/.test(id) && target === 'a1111') {
          const { chosen } = planned(prompt, target);
          expect(chosen.ok && chosen.value[0]?.plan.dyn).toBe(1);
          return;
        }
        compare(run.first, prompt, target);
        if (run.hires) compare(run.hires, hiresPrompt || prompt, target);
      });
});
