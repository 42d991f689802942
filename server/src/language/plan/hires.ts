import type { PlanHires, PlanParameters } from '../../shared/plan';
import { failure, type Problem, type Result, success } from '../../shared/problem';
import { readSize } from '../analysis/infotext';
import { findSampler, promptSteps } from '../domain/samplers';
import type { EngineNames } from '../environment';
import { asciiDigits } from '../text/python';
import { hiresSize } from './hiresSize';
import { type PlannedText, planPrompt, readingOf } from './prompts';
import { scheduleTypeOf } from './scheduleType';
import type { WrittenParameter } from './written';
import { badParameter, createWritten, type Written } from './written';

/** Ways of enlarging that the engine has. `Lanczos` works on the picture, the others on its latents. */
export const PLAN_UPSCALERS: readonly string[] = [
  'Latent',
  'Latent (antialiased)',
  'Latent (bicubic)',
  'Latent (bicubic antialiased)',
  'Latent (nearest)',
  'Latent (nearest-exact)',
  'Lanczos',
];

/** Where the web UI's sliders stand. */
const DEFAULT_STRENGTH = 0.7;
const LARGEST_SIDE = 4096;

/** The key that gives the size of the second pass, as it is written. */
export function hiresSizePair(parameters: readonly WrittenParameter[]): readonly [string, string] {
  const written = createWritten(parameters, []);
  const resize = written.text('Hires resize');
  return resize === undefined
    ? ['Hires upscale', written.text('Hires upscale') ?? '2']
    : ['Hires resize', resize.replace(/\s*[x×]\s*/, 'x')];
}

/** What a second pass says otherwise than the first: texts as they are written. */
export interface HiresTexts {
  readonly positive?: string;
  readonly negative?: string;
  readonly checkpoint?: string;
}

/** Reads `Hires prompt` and its like; what is as in the first pass is left out. */
export function hiresTexts(parameters: readonly WrittenParameter[]): HiresTexts {
  const written = createWritten(parameters, []);
  const positive = written.text('Hires prompt');
  const negative = written.text('Hires negative prompt');
  const checkpoint = written.text('Hires checkpoint');
  return {
    ...(positive !== undefined && { positive }),
    ...(negative !== undefined && { negative }),
    ...(checkpoint !== undefined && checkpoint !== 'Use same checkpoint' && { checkpoint }),
  };
}

/** Reads the keys of a hires fix; undefined where the block has none. The prompts are those of the second pass. */
export function readHires(
  parameters: readonly WrittenParameter[],
  first: PlanParameters,
  positive: PlannedText,
  negative: PlannedText,
  warnings: string[],
  engine?: EngineNames,
): Result<PlanHires | undefined> {
  const problems: Problem[] = [];
  const written = createWritten(parameters, problems);
  const size = sizeOf(written, first, problems);
  const strength = written.number('Denoising strength', DEFAULT_STRENGTH);
  const cfgScale = written.number('Hires CFG Scale', first.cfgScale);
  const steps = written.whole('Hires steps', 0) || first.steps;
  if (size === undefined) return problems[0] ? { ok: false, problem: problems[0] } : success(undefined);
  const sampler = samplerOf(written, first, problems, warnings, engine);
  const problem = problems[0];
  if (problem !== undefined) return { ok: false, problem };
  const { width, height } = size.enlarged ?? size;
  if (size.width < 8 || size.height < 8 || width > LARGEST_SIDE || height > LARGEST_SIDE)
    return failure(
      'bad-parameter',
      `The hires pass would be ${width}x${height}; possible are 8 to ${LARGEST_SIDE} pixels a side.`,
      'Change `Hires upscale` or `Hires resize`.',
    );

  const passes = {
    steps: promptSteps(first.sampler, first.steps),
    hiresSteps: promptSteps(sampler.sampler, steps),
  };
  const again = planPrompt(positive, { ...passes, ...readingOf(first) });
  if (!again.ok) return again;
  const against = planPrompt(negative, { ...passes, ...readingOf(first) });
  if (!against.ok) return against;
  return success({
    ...size,
    ...sampler,
    steps,
    strength,
    cfgScale,
    upscaler: upscalerOf(written, warnings, engine),
    positive: again.value,
    negative: against.value,
  });
}

/** The size of the second pass, and the one it is enlarged to where that is another. */
function sizeOf(
  written: Written,
  first: PlanParameters,
  problems: Problem[],
): Pick<PlanHires, 'width' | 'height' | 'enlarged'> | undefined {
  const resizeText = written.text('Hires resize');
  const sides = resizeText === undefined ? undefined : readSize(resizeText.replace(/\s*[x×]\s*/, 'x'));
  if (resizeText !== undefined && sides === undefined) {
    problems.push(badParameter('Hires resize', resizeText, 'width and height like 1024x1536'));
    return undefined;
  }
  const [width, height] = (sides ?? ['0', '0']).map((side) => Number(asciiDigits(side))) as [number, number];
  const isResized = width > 0 || height > 0;
  if (!isResized && written.text('Hires upscale') === undefined) return undefined;
  const scale = written.number('Hires upscale', 2);
  const { picture, upscaleTo } = hiresSize({
    first,
    scale,
    ...(isResized && { resize: { width, height } }),
  });
  const isCut = picture.width !== upscaleTo.width || picture.height !== upscaleTo.height;
  return { ...picture, ...(isCut && { enlarged: upscaleTo }) };
}

function samplerOf(
  written: Written,
  first: PlanParameters,
  problems: Problem[],
  warnings: string[],
  engine: EngineNames | undefined,
): { sampler: string; scheduleType: string } {
  const name = written.text('Hires sampler');
  const sampler =
    name === undefined || name === 'Use same sampler'
      ? { sampler: first.sampler }
      : findSampler(name, engine);
  if (sampler === undefined) problems.push(badParameter('Hires sampler', name ?? '', 'a sampler'));
  const schedule = written.text('Hires schedule type');
  const scheduleType =
    schedule === undefined || schedule === 'Use same scheduler'
      ? first.scheduleType
      : scheduleTypeOf(schedule, warnings, engine);
  if (scheduleType === undefined)
    problems.push(badParameter('Hires schedule type', schedule ?? '', 'a schedule type'));
  return {
    sampler: sampler?.sampler ?? first.sampler,
    scheduleType: scheduleType ?? first.scheduleType,
  };
}

function upscalerOf(written: Written, warnings: string[], engine: EngineNames | undefined): string {
  const name = written.text('Hires upscaler') ?? 'Latent';
  const known = engine ? engine.upscalers : PLAN_UPSCALERS;
  const found = known.find((upscaler) => upscaler.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  if (name !== 'None')
    warnings.push(
      engine
        ? `The engine ${engine.name} has no upscaler ${name}; Lanczos is used instead.`
        : `The upscaler ${name} is a network of its own and is not here; Lanczos is used instead.`,
    );
  return 'Lanczos';
}
