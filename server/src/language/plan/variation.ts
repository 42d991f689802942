import type { PlanParameters } from '../../shared/plan';
import type { Problem } from '../../shared/problem';
import { readSize } from '../analysis/infotext';
import { asciiDigits } from '../text/python';
import type { WrittenParameter } from './written';
import { badParameter, createWritten } from './written';

/**
 * Reads what mixes other noise into a picture's own: `Variation seed` with its strength, and `Seed resize from`. A
 * strength of 0 and a size of 0 are off, as in the web UI; a variation seed of −1 is the drawn one.
 */
export function readVariation(
  parameters: readonly WrittenParameter[],
  drawnSeed: number,
  problems: Problem[],
): Pick<PlanParameters, 'variation' | 'seedResize'> {
  const written = createWritten(parameters, problems);
  const strength = written.number('Variation seed strength', 0);
  const seed = written.whole('Variation seed', -1);
  const resize = written.text('Seed resize from');
  const size = resize === undefined ? undefined : readSize(resize);
  if (resize !== undefined && size === undefined)
    problems.push(badParameter('Seed resize from', resize, 'width and height like 512x512'));
  const [width, height] = (size ?? ['0', '0']).map((side) => Number(asciiDigits(side))) as [number, number];
  if (width > 4096 || height > 4096)
    problems.push(badParameter('Seed resize from', resize ?? '', 'a size up to 4096x4096'));
  return {
    // The picture's own seed may be the drawn one as well: a variation of it by itself would be none.
    ...(strength > 0 && { variation: { seed: seed === -1 ? drawnSeed + 1 : seed, strength } }),
    ...(width >= 8 && height >= 8 && { seedResize: { width, height } }),
  };
}
