import type { NoiseTable } from './noiseTable';

/** What a noise schedule may look at. */
export interface ScheduleRequest {
  readonly table: NoiseTable;
  readonly steps: number;
  /** Architecture of the model, as `sd1` or `sdxl`: Align Your Steps has a table for each. */
  readonly architecture?: string;
}

/** A way to spread noise levels over the steps of an image. One file each, listed in index.ts. */
export interface Schedule {
  /** The web UI's name of the schedule type. */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** Noise levels, descending, with the end of the run last: `steps + 1` numbers for most schedules. */
  sigmas(request: ScheduleRequest): number[];
}
