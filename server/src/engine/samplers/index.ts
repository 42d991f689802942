import { samplerEntry } from '../../shared/catalogue/samplers';
import { ddim } from './ddim';
import { ddimCfgpp } from './ddimCfgpp';
import { dpm2 } from './dpm2';
import { dpm2Ancestral } from './dpm2Ancestral';
import { dpmAdaptive } from './dpmAdaptive';
import { dpmFast } from './dpmFast';
import { dpmpp2m } from './dpmpp2m';
import { dpmpp2mSde } from './dpmpp2mSde';
import { dpmpp2mSdeHeun } from './dpmpp2mSdeHeun';
import { dpmpp2sAncestral } from './dpmpp2sAncestral';
import { dpmpp3mSde } from './dpmpp3mSde';
import { dpmppSde } from './dpmppSde';
import { euler } from './euler';
import { eulerAncestral } from './eulerAncestral';
import { heun } from './heun';
import { lcm } from './lcm';
import { lms } from './lms';
import { plms } from './plms';
import { restart } from './restart';
import type { Sampler } from './sampler';
import { tcd } from './tcd';
import { unipc } from './unipc';

export { combineGuidance, guidedOutput, rescaleGuidance } from './guidance';
export type { GuidedOutput, ModelCall } from './modelCalls';
export type { PredictionType } from './prediction';
export {
  type Convention,
  type PreparedRun,
  type RunStart,
  type SamplingRequest,
  startSampling,
} from './run';
export type { Sampler, SamplerRun, SamplerStep } from './sampler';
export { webuiSigmas } from './webui';
export { webuiSteps, webuiTimesteps } from './webuiSteps';

/** Every sampler; each has an entry in shared/catalogue/samplers.ts. */
export const SAMPLERS: readonly Sampler[] = [
  dpmpp2m,
  dpmppSde,
  dpmpp2mSde,
  dpmpp2mSdeHeun,
  dpmpp2sAncestral,
  dpmpp3mSde,
  eulerAncestral,
  euler,
  lms,
  heun,
  dpm2,
  dpm2Ancestral,
  dpmFast,
  dpmAdaptive,
  restart,
  ddim,
  ddimCfgpp,
  plms,
  unipc,
  lcm,
  tcd,
];

/** The sampler of a name or alias, however it is capitalised. */
export function findSampler(name: string): Sampler | undefined {
  const found = samplerEntry(name)?.name;
  return SAMPLERS.find((sampler) => sampler.name === found);
}
