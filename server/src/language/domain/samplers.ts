import { SAMPLER_NAMES, samplerEntry } from '../../shared/catalogue/samplers';
import { BUILT_IN_SCHEDULES, SCHEDULE_NAMES, scheduleEntry } from '../../shared/catalogue/schedules';

const WRITTEN: ReadonlySet<string> = new Set(
  SAMPLER_NAMES.flatMap((sampler) => [
    sampler,
    ...SCHEDULE_NAMES.map((schedule) => `${sampler} ${schedule}`),
  ]),
);

/** True for the exact name of a sampler, alone or with its schedule type behind it. */
export function isSampler(name: string): boolean {
  return WRITTEN.has(name);
}

/** The longest schedule type first: `SGM Uniform` also ends in `Uniform`. */
const SUFFIXES = [...BUILT_IN_SCHEDULES].sort((a, b) => b.length - a.length);

/** A sampler of the built-in engine, and the schedule type that an old name such as `DPM++ 2M Karras` brings along. */
export interface SamplerChoice {
  readonly sampler: string;
  readonly scheduleType?: string;
}

/** Reads a sampler name: exact, in another case, an alias, or an old name with its schedule type behind it. */
export function findSampler(written: string): SamplerChoice | undefined {
  const whole = builtInName(written);
  if (whole !== undefined) return { sampler: whole };
  for (const scheduleType of SUFFIXES) {
    if (!written.toLowerCase().endsWith(` ${scheduleType.toLowerCase()}`)) continue;
    const sampler = builtInName(written.slice(0, -scheduleType.length - 1));
    if (sampler !== undefined) return { sampler, scheduleType };
  }
  return undefined;
}

/** A schedule type of the built-in engine by its name in any case, or by an alias. */
export function findSchedule(written: string): string | undefined {
  const entry = scheduleEntry(written);
  return entry?.isBuiltIn ? entry.name : undefined;
}

/**
 * Steps that prompt editing is resolved for. The web UI counts model evaluations there, so `[a:b:10]` switches after five
 * steps of a sampler with two evaluations per step.
 */
export function promptSteps(sampler: string, steps: number): number {
  return steps * (samplerEntry(sampler)?.builtIn?.evaluations ?? 1);
}

function builtInName(written: string): string | undefined {
  const entry = samplerEntry(written);
  return entry?.builtIn && entry.name;
}
