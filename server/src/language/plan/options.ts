import type { PlanParameters } from '../../shared/plan';
import type { Problem } from '../../shared/problem';
import { parseFloatPython } from '../text/python';
import { readSettings } from './settings';
import { badParameter, type Written } from './written';

/** What a block sets beside the usual parameters. */
export function readOptions(
  written: Written,
  problems: Problem[],
): Pick<PlanParameters, 'settings' | 'cfgRescale' | 'oldTimelines' | 'zeroSnrTable'> {
  const settings = readSettings(written, problems);
  const cfgRescale = readRescale(written, problems);
  const oldTimelines = /^true$/i.test(written.text('Old prompt editing timelines') ?? '');
  const table = written.text('Zero SNR table')?.toLowerCase();
  if (table !== undefined && table !== 'web ui' && table !== 'diffusers')
    problems.push(badParameter('Zero SNR table', table, '`web UI` or `diffusers`'));
  return {
    ...(settings && { settings }),
    ...(cfgRescale > 0 && { cfgRescale }),
    ...(oldTimelines && { oldTimelines }),
    ...(table !== undefined && { zeroSnrTable: table === 'diffusers' ? 'diffusers' : 'webui' }),
  };
}

/** Share of the rescaled guidance, under either of its names. */
function readRescale(written: Written, problems: Problem[]): number {
  for (const key of ['CFG Rescale', 'CFG Rescale phi']) {
    const text = written.text(key);
    if (text === undefined) continue;
    const value = parseFloatPython(text);
    if (value !== undefined && value >= 0 && value <= 1) return value;
    problems.push(badParameter(key, text, 'a number from 0 to 1'));
  }
  return 0;
}
