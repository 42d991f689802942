import { newSeed } from '../generation/seed';
import type { Services } from '../services';
import { placeOf } from './place';

/** Generates the block at the cursor with a seed drawn anew, whatever the block says. */
export const generateWithNewSeed = (services: Services) => async (uri?: unknown, position?: unknown) => {
  const place = await placeOf(uri, position);
  return place && services.generate({ ...place, seed: newSeed() });
};
