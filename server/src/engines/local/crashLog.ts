/** Crashes that count against a restart, and for how long, milliseconds. */
const MOST = 5;
const WINDOW_MS = 3 * 60_000;

/** Counts crashes, so that a process that cannot live is not started for ever. */
export function createCrashLog(now: () => number = Date.now) {
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
