import { BUILT_IN_SCHEDULES } from '../../shared/catalogue/schedules';
import { findSchedule } from '../domain/samplers';
import type { EngineNames } from '../environment';
import { didYouMean } from './suggest';

/**
 * The schedule type that the web UI draws with. It knows its own names and those of its menu and takes Uniform for every
 * other, which is told; other capitals are taken for what they mean. Undefined where another engine has its own list and
 * the name is not in it.
 */
export function scheduleTypeOf(
  written: string,
  warnings: string[],
  engine: EngineNames | undefined,
): string | undefined {
  const found = findSchedule(written, engine) ?? findSchedule(written.replaceAll('_', ' '), engine);
  if (found !== undefined || engine !== undefined) return found;
  const suggestion = didYouMean(written, BUILT_IN_SCHEDULES);
  warnings.push(
    `The schedule type \`${written}\` is not known to the web UI, which draws with Uniform then; so does the preview. ${suggestion}`.trim(),
  );
  return 'Uniform';
}
