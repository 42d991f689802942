import { linspace } from './noiseTable';
import type { Schedule } from './schedule';

/** The published noise levels for ten steps (Sabour et al. 2024). */
const SD1 = [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029];
const SDXL = [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.38, 0.234, 0.113, 0.029];

/** Align Your Steps: the published levels, interpolated evenly in the logarithm for other step counts. */
export const alignYourSteps: Schedule = {
  name: 'Align Your Steps',
  sigmas({ steps, architecture }) {
    const logs = (architecture?.startsWith('sdxl') ? SDXL : SD1).map(Math.log);
    // Counted from the clean end: a lone step is the last one.
    const places = linspace(logs.length - 1, 0, steps).reverse();
    return [...places.map((place) => Math.exp(interpolate(logs, place))), 0];
  },
};

function interpolate(values: readonly number[], place: number): number {
  const low = Math.min(Math.floor(place), values.length - 2);
  return values[low]! + (place - low) * (values[low + 1]! - values[low]!);
}
