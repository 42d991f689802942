import { createNoiseTable, findSchedule, type NoiseTable, sigmaToTimestep } from '../../numerics/sigmas';
import { linspaceFloat32 } from '../../numerics/sigmas/float32';
import type { ComfySampler } from './samplers';

/** The web UI never adds all the noise to a picture it starts from. */
const LARGEST_STRENGTH = 0.999;
/** What ComfyUI takes for the same sigma, relative: below it, it scales the first noise as we do. */
const FIRST_SIGMA_CUT = 2e-5;

/** The sigmas of one pass and what goes with them. */
export interface Levels {
  readonly sigmas: readonly number[];
  /** Unit noise times this is added to the start. */
  readonly noiseScale: number;
  /** The picture to start from times this. */
  readonly startScale: number;
  /** The result times this. */
  readonly endScale: number;
  /** Plain `RandomNoise` would be scaled otherwise: the noise is uploaded. */
  readonly needsOwnNoise: boolean;
}

/** What decides them. */
export interface LevelsRequest {
  readonly sampler: ComfySampler;
  readonly scheduleType: string;
  readonly steps: number;
  readonly architecture?: string | undefined;
  /** Denoising strength of a pass that starts from a picture. */
  readonly strength?: number | undefined;
  /** A hires pass takes as many steps as were asked for, whatever the strength. */
  readonly takesAllSteps?: boolean;
}

/** The noise table of Stable Diffusion 1, 2 and XL. */
export const TABLE: NoiseTable = createNoiseTable();

/** Sigmas of a pass as the web UI's samplers use them; undefined for a schedule type that is not known. */
export function levelsOf(request: LevelsRequest): Levels | undefined {
  if (request.sampler.levels === 'ddim') return ddimLevels(request);
  if (request.sampler.levels === 'unipc') return unipcLevels(request);
  const { sampler, scheduleType, architecture, strength } = request;
  const { total, encoded } = lengthsOf(request);
  const schedule = findSchedule(scheduleType === 'Automatic' ? sampler.schedule : scheduleType);
  if (schedule === undefined) return undefined;
  const extra = sampler.discardsPenultimate ? 1 : 0;
  const all = schedule
    .sigmas({ table: TABLE, steps: total + extra, ...(architecture !== undefined && { architecture }) })
    .map(Math.fround);
  if (extra > 0) all.splice(-2, 1);
  const sigmas = all.slice(Math.max(0, total - encoded - 1));
  const isGreatest = strength === undefined && Math.abs(sigmas[0]! - TABLE.sigmaMax) <= TABLE.sigmaMax * 1e-5;
  // Our own noise is scaled already, so the first sigma can stay as it is.
  const plain =
    isGreatest && !sampler.ancestral ? [sigmas[0]! * (1 - FIRST_SIGMA_CUT), ...sigmas.slice(1)] : sigmas;
  return { sigmas: plain, noiseScale: sigmas[0]!, startScale: 1, endScale: 1, needsOwnNoise: false };
}

/** The sigmas for noise that is uploaded: the first as it is. */
export function withoutCut({ sigmas, noiseScale, ...rest }: Levels): Levels {
  return { ...rest, noiseScale, sigmas: rest.endScale === 1 ? [noiseScale, ...sigmas.slice(1)] : sigmas };
}

function lengthsOf({ steps, strength, takesAllSteps }: LevelsRequest) {
  if (strength === undefined) return { total: steps, encoded: steps - 1 };
  const share = Math.min(strength, LARGEST_STRENGTH);
  return takesAllSteps && share > 0
    ? { total: Math.floor(steps / share), encoded: steps - 1 }
    : { total: steps, encoded: Math.floor(share * steps) };
}

/** Timesteps of the original DDIM, ascending: 1, 1 + n, 1 + 2n … */
function evenTimesteps(steps: number): number[] {
  const count = TABLE.sigmas.length;
  const stride = Math.max(1, Math.floor(count / steps));
  const timesteps: number[] = [];
  for (let t = 0; t < count; t += stride) timesteps.push(Math.min(t + 1, count - 1));
  return timesteps.length > 1 ? timesteps : [1, count - 1];
}

/** DDIM is Euler's method on these sigmas, in the variance-preserving form: scaled before and after. */
function ddimLevels(request: LevelsRequest): Levels {
  const { total, encoded } = lengthsOf(request);
  const { strength } = request;
  const all = evenTimesteps(total);
  const taken = strength === undefined ? all.length : Math.max(2, encoded);
  const timesteps = all.slice(0, taken).reverse();
  const alphaAt = (timestep: number) => TABLE.alphasCumprod[timestep]!;
  const sigmas = timesteps.map((timestep) => Math.sqrt((1 - alphaAt(timestep)) / alphaAt(timestep)));
  const first = alphaAt(timesteps[0]!);
  const start = alphaAt(all[Math.min(taken, all.length - 1)]!);
  const scales =
    strength === undefined
      ? { noiseScale: 1 / Math.sqrt(first), startScale: 1 }
      : { noiseScale: Math.sqrt((1 - start) / first), startScale: Math.sqrt(start / first) };
  return { sigmas, ...scales, endScale: Math.sqrt(alphaAt(timesteps.at(-1)!)), needsOwnNoise: true };
}

/** UniPC: times in equal parts from 1 to 1/1000, ln √ᾱ joined by straight lines between the table's, ending above sigma 0. */
function unipcLevels(request: LevelsRequest): Levels {
  const { total, encoded } = lengthsOf(request);
  const { strength } = request;
  const { fround } = Math;
  const count = TABLE.sigmas.length;
  const all = evenTimesteps(total);
  const timesteps = strength === undefined ? all : all.slice(0, Math.max(1, encoded));
  const start = strength === undefined ? 1 : fround(timesteps.at(-1)! / count) + fround(1 / count);
  const sigmas = linspaceFloat32(start, 1 / count, timesteps.length + 1).map((part) => {
    const time = part * count - 1;
    const low = Math.min(Math.max(Math.floor(time), 0), count - 2);
    const [before, after] = [Math.log(TABLE.alphasCumprod[low]!), Math.log(TABLE.alphasCumprod[low + 1]!)];
    return Math.sqrt(Math.expm1(-(before + (time - low) * (after - before))));
  });
  const [first] = sigmas;
  const endScale = 1 / Math.sqrt(1 + sigmas.at(-1)! ** 2);
  const noiseScale = Math.sqrt(1 + first! ** 2);
  if (strength === undefined) return { sigmas, noiseScale, startScale: 1, endScale, needsOwnNoise: false };
  const alpha = TABLE.alphasCumprod[all[Math.min(timesteps.length, all.length - 1)]!]!;
  return {
    sigmas,
    noiseScale: Math.sqrt(1 - alpha) * noiseScale,
    startScale: Math.sqrt(alpha) * noiseScale,
    endScale,
    needsOwnNoise: true,
  };
}

/** The share of the way that is done at a sigma, by the nearest timestep, as the web UI counts it for a refiner. */
export function shareOf(sigma: number): number {
  const { sigmas } = TABLE;
  let nearest = 0;
  for (let t = 1; t < sigmas.length; t++)
    if (Math.abs(sigmas[t]! - sigma) < Math.abs(sigmas[nearest]! - sigma)) nearest = t;
  return (sigmas.length - 1 - nearest) / sigmas.length;
}

/** Sigmas as `ManualSigmas` reads them: digits and a point, since an exponent is read as two numbers. */
export function sigmasText(sigmas: readonly number[]): string {
  return sigmas.map((sigma) => sigma.toFixed(7)).join(', ');
}

/**
 * The share of the way at which a phase ends that is in force up to and including `endStep`, between the sigma of that model
 * evaluation and the next one; undefined where both have one sigma and no share tells them apart, 1 at the end.
 */
export function phaseBoundary(
  levels: readonly number[],
  endStep: number,
  evaluations: 1 | 2,
  isHeun: boolean,
): number | undefined {
  const [last, next] = evaluations === 1 ? pairOf(levels, endStep) : pairOfTwo(levels, endStep, isHeun);
  if (last === undefined || next === undefined) return 1;
  if (last === next) return undefined;
  // The last sigma is 0, which has no logarithm: half of the one before lies between them as well.
  const middle = next > 0 ? Math.sqrt(last * next) : last / 2;
  return 1 - sigmaToTimestep(TABLE, middle) / (TABLE.sigmas.length - 1);
}

function pairOf(sigmas: readonly number[], step: number): readonly [number | undefined, number | undefined] {
  // The last sigma is the end of the way; the model is not evaluated there.
  return [sigmas[step], step + 1 < sigmas.length - 1 ? sigmas[step + 1] : undefined];
}

/** Two evaluations a step: Heun's at σ[i] and σ[i+1], the others' second one at a sigma between. */
function pairOfTwo(
  sigmas: readonly number[],
  evaluation: number,
  isHeun: boolean,
): readonly [number | undefined, number | undefined] {
  const at: number[] = [];
  for (let i = 0; i + 1 < sigmas.length; i++) {
    const [from, to] = [sigmas[i]!, sigmas[i + 1]!];
    at.push(from);
    if (to > 0) at.push(isHeun ? to : Math.sqrt(from * to));
  }
  return [at[evaluation], at[evaluation + 1]];
}
