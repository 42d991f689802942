import { freemem, totalmem } from 'node:os';
import type { EngineOptions } from '../../shared/engineProtocol';
import { type Result, success } from '../../shared/problem';
import { createRuntime, type InferenceSession, type Runtime } from '../runtime/session';
import type { PredictionType } from '../samplers/prediction';
import type { TrainingSchedule } from '../sigmas/noiseTable';
import { type Component, openComponent } from './component';
import { checkFitness, type MachineMemory } from './fitness';
import { type JsonObject, type ModelFolder, numberIn, readModelFolder } from './modelFolder';
import { openTextEncoder, type TextEncoder } from './textEncoder';
import { openTokenizers, type Tokenizers } from './tokenizers';
import { createVaeEncoder, type VaeEncoder } from './vaeEncoder';

/** A model with its sessions open. */
export interface LoadedModel {
  /** Text that is equal while the files and the options that shaped the sessions are. */
  readonly key: string;
  readonly folder: ModelFolder;
  readonly runtime: Runtime;
  readonly unet: Component;
  readonly textEncoder: TextEncoder;
  readonly textEncoder2?: TextEncoder;
  readonly vae: InferenceSession;
  readonly vaeEncoder: VaeEncoder;
  readonly tokenizers: Tokenizers;
  readonly training: TrainingSchedule;
  readonly prediction: PredictionType;
  readonly scalingFactor: number;
  readonly shiftFactor: number;
  readonly latentChannels: number;
  /** Sides of a picture must be multiples of this. */
  readonly sideUnit: number;
  /** False once it was released: a model that made room for one that then failed to open. */
  isOpen(): boolean;
  release(): Promise<void>;
}

/** Scaling factor of Stable Diffusion's VAE, for configurations that leave it out. */
const USUAL_SCALING = 0.18215;
const SDXL_SCALING = 0.13025;

/**
 * Gives the open model if it still fits the files and the options, else closes it and opens the one asked for.
 * `createdBefore` is the runtime's count of sessions when the job began; `warning` says that memory will be short.
 */
export async function loadModel(
  path: string,
  options: EngineOptions,
  current: LoadedModel | undefined,
): Promise<Result<{ model: LoadedModel; createdBefore: number; warning?: string }>> {
  const folder = readModelFolder(path);
  if (!folder.ok) return folder;
  const key = `${folder.value.identity}|${options.threads}|${options.mergeStrategy}`;
  if (current?.key === key && current.isOpen())
    return success({ model: current, createdBefore: current.runtime.created });
  const { textEncoder, textEncoder2, unet, vaeDecoder, vaeEncoder } = folder.value;
  const graphs = [textEncoder, textEncoder2, unet, vaeDecoder, vaeEncoder].filter(
    (file) => file !== undefined,
  );
  const fitness = checkFitness(graphs, machineMemory());
  if (!fitness.ok) return fitness;
  await current?.release();
  const model = await open(folder.value, options, key);
  return model.ok ? success({ model: model.value, createdBefore: 0, ...fitness.value }) : model;
}

/** What this process may use: less than the machine has where it runs in a container. */
function machineMemory(): MachineMemory {
  const limit = process.constrainedMemory?.() ?? 0;
  const total = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return { total, free: Math.min(total, freemem()) };
}

async function open(folder: ModelFolder, options: EngineOptions, key: string): Promise<Result<LoadedModel>> {
  const { config } = folder;
  const runtime = createRuntime(options.threads);
  const toRelease: (() => Promise<void>)[] = [];
  const release = async () => {
    for (const close of toRelease.splice(0)) await close();
  };
  const abandon = async <T>(failure: Result<T>) => {
    await release();
    return failure as Result<never>;
  };

  const tokenizers = openTokenizers(folder);
  if (!tokenizers.ok) return tokenizers;
  const textEncoder = await openTextEncoder(runtime, folder.textEncoder, config.textEncoder, 'inputs');
  if (!textEncoder.ok) return textEncoder;
  toRelease.push(() => textEncoder.value.component.release());
  let textEncoder2: TextEncoder | undefined;
  if (folder.textEncoder2) {
    const second = await openTextEncoder(runtime, folder.textEncoder2, config.textEncoder2, 'inputs');
    if (!second.ok) return abandon(second);
    textEncoder2 = second.value;
    toRelease.push(() => second.value.component.release());
  }
  const unet = await openComponent(runtime, folder.unet, options.mergeStrategy);
  if (!unet.ok) return abandon(unet);
  toRelease.push(() => unet.value.release());
  const vae = await runtime.open(folder.vaeDecoder, folder.path, 'speed');
  if (!vae.ok) return abandon(vae);
  toRelease.push(() => vae.value.release());
  const scalingFactor = numberIn(config.vae, 'scaling_factor', textEncoder2 ? SDXL_SCALING : USUAL_SCALING);
  const shiftFactor = numberIn(config.vae, 'shift_factor', 0);
  const latentChannels = numberIn(config.vae, 'latent_channels', 4);
  const vaeEncoder = createVaeEncoder({
    runtime,
    path: folder.vaeEncoder,
    channels: latentChannels,
    scalingFactor,
    shiftFactor,
  });
  toRelease.push(() => vaeEncoder.release());
  return success({
    key,
    folder,
    runtime,
    unet: unet.value,
    textEncoder: textEncoder.value,
    textEncoder2,
    vae: vae.value,
    vaeEncoder,
    tokenizers: tokenizers.value,
    training: trainingOf(config.scheduler),
    prediction: predictionOf(config.scheduler),
    scalingFactor,
    shiftFactor,
    latentChannels,
    sideUnit: sideUnitOf(config.unet),
    isOpen: () => toRelease.length > 0,
    release,
  });
}

/**
 * Pixels that halve evenly as often as the UNet halves its latents: an exported graph has its doublings fixed and cannot
 * make up for a row that was lost.
 */
function sideUnitOf(unet: JsonObject): number {
  const blocks = unet.down_block_types;
  return 8 * 2 ** (Array.isArray(blocks) && blocks.length > 0 ? Math.min(blocks.length - 1, 8) : 0);
}

function trainingOf(scheduler: JsonObject): TrainingSchedule {
  const named = scheduler.beta_schedule;
  return {
    numTrainTimesteps: numberIn(scheduler, 'num_train_timesteps', 1000),
    betaStart: numberIn(scheduler, 'beta_start', 0.00085),
    betaEnd: numberIn(scheduler, 'beta_end', 0.012),
    betaSchedule: named === 'linear' || named === 'squaredcos_cap_v2' ? named : 'scaled_linear',
    rescaleBetasZeroSnr: scheduler.rescale_betas_zero_snr === true,
  };
}

function predictionOf(scheduler: JsonObject): PredictionType {
  const type = scheduler.prediction_type;
  return type === 'v_prediction' || type === 'sample' ? type : 'epsilon';
}
