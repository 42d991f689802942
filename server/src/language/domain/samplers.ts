import { SAMPLER_NAMES, samplerEntry } from '../../shared/catalogue/samplers';
import { BUILT_IN_SCHEDULES, SCHEDULE_NAMES, scheduleEntry } from '../../shared/catalogue/schedules';
import type { EngineNames } from '../environment';

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

/** A sampler of the engine that draws, and the schedule type that an old name such as `DPM++ 2M Karras` brings along. */
export interface SamplerChoice {
  readonly sampler: string;
  readonly scheduleType?: string;
}

/**
 * Reads a sampler name: exact, in another case, an alias, or an old name with its schedule type behind it.
 * @param engine the engine elsewhere whose samplers count instead of the built-in engine's
 */
export function findSampler(written: string, engine?: EngineNames): SamplerChoice | undefined {
  const nameOf = (text: string) => (engine ? engineName(text, engine) : builtInName(text));
  const whole = nameOf(written);
  if (whole !== undefined) return { sampler: whole };
  // The longest schedule type first: `SGM Uniform` also ends in `Uniform`.
  for (const scheduleType of [...schedulesOf(engine)].sort((a, b) => b.length - a.length)) {
    if (!written.toLowerCase().endsWith(` ${scheduleType.toLowerCase()}`)) continue;
    const sampler = nameOf(written.slice(0, -scheduleType.length - 1));
    if (sampler !== undefined) return { sampler, scheduleType };
  }
  return undefined;
}

/** A schedule type of the engine that draws by its name in any case, or by an alias. */
export function findSchedule(written: string, engine?: EngineNames): string | undefined {
  const entry = scheduleEntry(written);
  if (!engine) return entry?.isBuiltIn ? entry.name : undefined;
  const lower = [written, entry?.name ?? written].map((name) => name.trim().toLowerCase());
  return schedulesOf(engine).find((name) => lower.includes(name.toLowerCase()));
}

/** Schedule types that may be named: an engine without a list of its own may know any of them by its samplers. */
export function schedulesOf(engine?: EngineNames): readonly string[] {
  return engine && engine.schedules.length > 0 ? engine.schedules : BUILT_IN_SCHEDULES;
}

/**
 * Steps that prompt editing is resolved for. The web UI counts model evaluations there, so `[a:b:10]` switches after five
 * steps of a sampler with two evaluations per step.
 */
export function promptSteps(sampler: string, steps: number): number {
  return steps * (samplerEntry(sampler)?.builtIn?.evaluations ?? 1);
}

function engineName(written: string, { samplers }: EngineNames): string | undefined {
  const wanted = written.trim().toLowerCase();
  const canonical = samplerEntry(written)?.name.toLowerCase();
  return (
    samplers.find(({ name }) => name === written) ??
    samplers.find(({ name }) => name.toLowerCase() === wanted || name.toLowerCase() === canonical) ??
    samplers.find(({ aliases }) => aliases.some((alias) => alias.toLowerCase() === wanted))
  )?.name;
}

function builtInName(written: string): string | undefined {
  const entry = samplerEntry(written);
  return entry?.builtIn && entry.name;
}
