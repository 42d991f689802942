import { randomInt } from 'node:crypto';

/** A seed as the web UI draws them: 0 … 2^32-1. */
export function newSeed(): number {
  return randomInt(2 ** 32);
}
