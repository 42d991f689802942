import { endsOf, type Schedule } from './schedule';

/** Evenly in the arc tangent of sigma (Align Your Steps, theorem 3.1). Ends at the smallest noise level, not at zero. */
export const klOptimal: Schedule = {
  name: 'KL Optimal',
  sigmas(request) {
    const { steps } = request;
    const { fround } = Math;
    const ends = endsOf(request);
    const [low, high] = [Math.atan(ends.low), Math.atan(ends.high)];
    const [lowest, highest] = [fround(low), fround(high)];
    return Array.from({ length: steps + 1 }, (_, i) => {
      const share = fround(i / steps);
      return fround(Math.tan(fround(fround(share * lowest) + fround(fround(1 - share) * highest))));
    });
  },
};
