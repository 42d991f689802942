import { acceptedRange, NOISE_SOURCES, type RangedKey } from '../../shared/catalogue/parameters';
import { BUILT_IN_SAMPLERS } from '../../shared/catalogue/samplers';
import type { ModelFacts } from '../../shared/facts';
import type { PlanParameters } from '../../shared/plan';
import { type Problem, type Result, success } from '../../shared/problem';
import { readSize } from '../analysis/infotext';
import { findSampler, schedulesOf } from '../domain/samplers';
import type { EngineNames } from '../environment';
import { asciiDigits, parseFloatPython, parseIntPython, strip } from '../text/python';
import { readOptions } from './options';
import { scheduleTypeOf } from './scheduleType';
import { didYouMean } from './suggest';
import { readVariation } from './variation';
import { badParameter, createWritten, type WrittenParameter } from './written';

const DEFAULT_SIZE = 512;

export interface ParameterRequest {
  readonly seed?: number;
  /** The seed to use where nobody names one. */
  readonly drawnSeed: number;
  readonly overrides?: Partial<PlanParameters>;
  /** The engine elsewhere that shall draw. */
  readonly engine?: EngineNames | undefined;
}

/**
 * Reads and checks the parameters of a block. The web UI's defaults apply, except that noise comes from the CPU unless
 * the block says otherwise, so that every machine makes the same picture, and that the size is the model's own.
 */
export function readParameters(
  parameterList: readonly WrittenParameter[],
  model: ModelFacts,
  request: ParameterRequest,
  warnings: string[],
): Result<PlanParameters> {
  const problems: Problem[] = [];
  const written = (key: string): string | undefined => {
    const value = parameterList.findLast((parameter) => parameter.key === key)?.value;
    return value === undefined || strip(value) === '' ? undefined : strip(value);
  };
  const bad = (key: string, value: string, wanted: string): void => {
    problems.push(badParameter(key, value, wanted));
  };
  const whole = (key: string, fallback: number): number => {
    const text = written(key);
    const value = text === undefined ? fallback : parseIntPython(text);
    if (value !== undefined && Number.isSafeInteger(value)) return value;
    bad(key, text ?? '', 'a whole number');
    return fallback;
  };

  const sampler = readSampler(
    written('Sampler'),
    written('Schedule type'),
    problems,
    warnings,
    request.engine,
  );
  const cfg = written('CFG scale');
  const cfgScale = cfg === undefined ? 7 : parseFloatPython(cfg);
  if (cfgScale === undefined) bad('CFG scale', cfg ?? '', 'a number');
  const size = readPixelSize(written('Size'), model, bad);
  const parameters: PlanParameters = {
    steps: whole('Steps', 20),
    sampler: sampler.sampler,
    scheduleType: sampler.scheduleType ?? 'Automatic',
    cfgScale: cfgScale ?? 7,
    seed: whole('Seed', -1),
    width: size[0],
    height: size[1],
    clipSkip: whole('Clip skip', 1),
    emphasis: readEmphasis(written('Emphasis'), bad),
    rng: readChoice('RNG', written('RNG'), NOISE_SOURCES, 'CPU', bad),
    ensd: whole('ENSD', 0),
    ...readVariation(parameterList, request.drawnSeed, problems),
    ...readOptions(createWritten(parameterList, problems), problems),
    ...request.overrides,
  };
  const first = problems[0];
  if (first !== undefined) return { ok: false, problem: first };

  return finish(parameters, request, warnings);
}

/** Checks ranges and fills in the seed, for the block's values and for overrides alike. */
function finish(
  parameters: PlanParameters,
  request: ParameterRequest,
  warnings: string[],
): Result<PlanParameters> {
  const inside = (key: RangedKey, value: number): Problem | undefined => {
    const { min, max } = acceptedRange(key);
    return Number.isFinite(value) && value >= min && value <= max
      ? undefined
      : badParameter(key, String(value), `a number from ${min} to ${max}`);
  };

  // A request for −1 wants a new picture, whatever the block says.
  const wanted = request.seed ?? parameters.seed;
  const seed = wanted === undefined || wanted === -1 ? request.drawnSeed : wanted;
  const problem =
    inside('Steps', parameters.steps) ??
    inside('CFG scale', parameters.cfgScale) ??
    inside('Size', parameters.width) ??
    inside('Size', parameters.height) ??
    inside('Clip skip', parameters.clipSkip) ??
    inside('Seed', seed ?? 0);
  if (problem !== undefined) return { ok: false, problem };

  // The web UI cuts the latent image to whole cells of eight pixels as well.
  const width = Math.floor(parameters.width / 8) * 8;
  const height = Math.floor(parameters.height / 8) * 8;
  if (width !== parameters.width || height !== parameters.height)
    warnings.push(
      `The size ${parameters.width}x${parameters.height} is no multiple of 8; the picture is ${width}x${height}.`,
    );
  if (parameters.rng === 'GPU' && !request.engine)
    warnings.push('`RNG: GPU` depends on the graphics card; the same noise as NVIDIA cards make is used.');
  return success({ ...parameters, width, height, seed: seed ?? 0 });
}

function readSampler(
  sampler: string | undefined,
  schedule: string | undefined,
  problems: Problem[],
  warnings: string[],
  engine: EngineNames | undefined,
): { sampler: string; scheduleType?: string } {
  const found = sampler === undefined ? { sampler: 'Euler' } : findSampler(sampler, engine);
  const names = engine ? engine.samplers.map(({ name }) => name) : BUILT_IN_SAMPLERS;
  const has = engine ? `${engine.name} has` : 'Supported';
  if (found === undefined)
    problems.push({
      code: 'unknown-sampler',
      message: engine
        ? `The engine ${engine.name} has no sampler ${sampler}.`
        : `The sampler ${sampler} is not supported.`,
      remedy: `${didYouMean(sampler ?? '', names)}${has}: ${names.join(', ')}.`,
    });
  if (schedule === undefined) return found ?? { sampler: 'Euler' };
  const scheduleType = scheduleTypeOf(schedule, warnings, engine);
  const schedules = schedulesOf(engine);
  if (scheduleType === undefined)
    problems.push({
      code: 'unknown-schedule',
      message: `The engine ${engine?.name} has no schedule type ${schedule}.`,
      remedy: `${didYouMean(schedule, schedules)}${has}: ${schedules.join(', ')}.`,
    });
  // `DPM++ 2M Karras` with `Schedule type: Automatic` still means Karras, as in pictures made before 1.9.
  const carried = found?.scheduleType;
  if (carried !== undefined && (scheduleType === undefined || scheduleType === 'Automatic'))
    return { sampler: found?.sampler ?? 'Euler', scheduleType: carried };
  return { sampler: found?.sampler ?? 'Euler', ...(scheduleType === undefined ? {} : { scheduleType }) };
}

function readPixelSize(
  written: string | undefined,
  model: ModelFacts,
  bad: (key: string, value: string, wanted: string) => void,
): readonly [number, number] {
  const native = model.nativeSize ?? DEFAULT_SIZE;
  if (written === undefined) return [native, native];
  const size = readSize(written.toLowerCase().replace(/\s*[x×]\s*/, 'x'));
  if (size !== undefined) return [Number(asciiDigits(size[0])), Number(asciiDigits(size[1]))];
  bad('Size', written, 'width and height like 512x768');
  return [native, native];
}

function readEmphasis(
  written: string | undefined,
  bad: (key: string, value: string, wanted: string) => void,
): PlanParameters['emphasis'] {
  return readChoice('Emphasis', written, ['Original', 'No norm', 'Ignore', 'None'] as const, 'Original', bad);
}

function readChoice<Choice extends string>(
  key: string,
  written: string | undefined,
  choices: readonly Choice[],
  fallback: Choice,
  bad: (key: string, value: string, wanted: string) => void,
): Choice {
  if (written === undefined) return fallback;
  const found = choices.find((choice) => choice.toLowerCase() === written.toLowerCase());
  if (found === undefined) bad(key, written, `one of ${choices.join(', ')}`);
  return found ?? fallback;
}
