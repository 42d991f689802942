import type { BuiltInScheduleName } from '../../shared/catalogue/schedules';
import type { NoiseTable } from './noiseTable';

/** What a noise schedule may look at. */
export interface ScheduleRequest {
  readonly table: NoiseTable;
  readonly steps: number;
  /** Architecture of the model, as `sd1` or `sdxl`: Align Your Steps has a table for each. */
  readonly architecture?: string;
  /** Ends of the schedule, for those that are spread between two sigmas; the table's own where absent. */
  readonly sigmaMin?: number;
  readonly sigmaMax?: number;
  /** Exponent of Karras and Polyexponential, where it is not the schedule's own. */
  readonly rho?: number;
  /** Parameters of the distribution of Beta. */
  readonly alpha?: number;
  readonly beta?: number;
}

/** The ends of a requested schedule. */
export function endsOf({ table, sigmaMin, sigmaMax }: ScheduleRequest): { low: number; high: number } {
  return { low: sigmaMin ?? table.sigmaMin, high: sigmaMax ?? table.sigmaMax };
}

/** A way to spread noise levels over the steps of an image. One file each, listed in index.ts. */
export interface Schedule {
  /** The web UI's name of the schedule type. */
  readonly name: BuiltInScheduleName;
  /** Noise levels, descending, with the end of the run last: `steps + 1` numbers for most schedules. */
  sigmas(request: ScheduleRequest): number[];
  /** Exponent used where none is requested; a schedule without one takes none. */
  readonly rho?: number;
}
