import type { Schedule } from './schedule';

/** The timesteps of the original DDIM: 1, 1 + n, 1 + 2n … of the table. May give a step more than asked for. */
export const ddim: Schedule = {
  name: 'DDIM',
  sigmas({ table, steps }) {
    const { sigmas } = table;
    const stride = Math.max(Math.floor(sigmas.length / steps), 1);
    const levels: number[] = [];
    for (let t = 1; t < sigmas.length; t += stride) levels.push(sigmas[t]!);
    return [...levels.reverse(), 0];
  },
};
