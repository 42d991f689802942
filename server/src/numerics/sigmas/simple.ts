import type { Schedule } from './schedule';

/** Every n-th entry of the noise table, counted from its noisy end. */
export const simple: Schedule = {
  name: 'Simple',
  sigmas({ table, steps }) {
    const { sigmas } = table;
    const stride = sigmas.length / steps;
    return [...Array.from({ length: steps }, (_, i) => sigmas.at(-(1 + Math.floor(i * stride)))!), 0];
  },
};
