/** Crashes after which no process is started, and the time in which they count, milliseconds. */
const MOST = 5;
const WINDOW_MS = 3 * 60_000;

/**
 * Counts crashes, so that a process that always crashes is not started again and again.
 * @param now milliseconds of a clock that never goes back.
 */
export function createCrashLog(now: () => number = () => performance.now()) {
  let times: number[] = [];
  return {
    add(): void {
      times.push(now());
    },
    /** True when five crashes lie within the last three minutes. */
    isTooMany(): boolean {
      times = times.filter((time) => now() - time < WINDOW_MS);
      return times.length >= MOST;
    },
  };
}
