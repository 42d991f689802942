import { scheduleEntry } from '../../shared/catalogue/schedules';
import { alignYourSteps } from './alignYourSteps';
import { beta } from './beta';
import { ddim } from './ddim';
import { exponential } from './exponential';
import { karras } from './karras';
import { klOptimal } from './klOptimal';
import { normal } from './normal';
import { polyexponential } from './polyexponential';
import type { Schedule } from './schedule';
import { sgmUniform } from './sgmUniform';
import { simple } from './simple';
import { uniform } from './uniform';

export * from './noiseTable';
export type { Schedule, ScheduleRequest } from './schedule';
export { rescaledToZeroSnr, webuiTable, ZERO_SNR_SIGNAL } from './webuiTable';

/** Every schedule type; each has an entry in shared/catalogue/schedules.ts. `Automatic` is not one: it is the sampler's own choice. */
export const SCHEDULES: readonly Schedule[] = [
  uniform,
  karras,
  exponential,
  polyexponential,
  sgmUniform,
  klOptimal,
  alignYourSteps,
  simple,
  normal,
  ddim,
  beta,
];

/** The schedule of a name or alias, however it is capitalised; undefined for unknown names and for `Automatic`. */
export function findSchedule(name: string): Schedule | undefined {
  const found = scheduleEntry(name)?.name;
  return SCHEDULES.find((schedule) => schedule.name === found);
}

/**
 * The schedule that the web UI draws with for a name: it knows the name of the menu (`SGM Uniform`) and its own
 * (`sgm_uniform`), exactly as they are written, and takes Uniform for every other.
 */
export function webuiSchedule(name: string): Schedule {
  return SCHEDULES.find((schedule) => schedule.name === name || internalName(schedule) === name) ?? uniform;
}

function internalName({ name }: Schedule): string {
  return name.toLowerCase().replaceAll(' ', '_');
}
