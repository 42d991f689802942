import { existsSync, statSync } from 'node:fs';
import type { TrainingSchedule } from '../../numerics/sigmas/noiseTable';
import type { EngineOptions } from '../../shared/engineProtocol';
import type { PlanModel } from '../../shared/plan';
import { failure, type Result, success } from '../../shared/problem';
import { floatTimestep } from '../graph/floatTimestep';
import type { GraphSource } from '../graph/modelFile';
import { yieldToEventLoop } from '../runtime/eventLoop';
import { createRuntime, type InferenceSession, providerFor, type Runtime } from '../runtime/session';
import type { PredictionType } from '../samplers/prediction';
import { isDiffusersFolder } from './checkpoint/files';
import { checkpointSource, type ModelSource, withVae } from './checkpoint/parts';
import { type Component, openComponent } from './component';
import { machineMemory } from './machineMemory';
import { checkMemory, weighModel } from './memory';
import { readModelFolder } from './onnxFolder';
import { type JsonObject, type ModelParts, numberIn } from './parts';
import { openTextEncoder, type TextEncoder } from './textEncoder';
import { openTokenizers, type Tokenizers } from './tokenizers';
import { createVaeEncoder, type VaeEncoder } from './vaeEncoder';

/** A model with its sessions open. */
export interface LoadedModel {
  /** Text that is equal while the files and the options that shaped the sessions are. */
  readonly key: string;
  /** The folder or file it was opened from. */
  readonly path: string;
  readonly runtime: Runtime;
  readonly unet: Component;
  readonly textEncoder: TextEncoder;
  readonly textEncoder2?: TextEncoder;
  /** SDXL's refiner: conditioned on an aesthetic score, and on its one encoder's pooled text. */
  readonly isRefiner: boolean;
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
  /** False once it was released, which happens before another model opens in its place. */
  isOpen(): boolean;
  release(): Promise<void>;
}

/** Scaling factors of the VAEs of Stable Diffusion and SDXL, for configurations that leave them out. */
const SD_SCALING = 0.18215;
const SDXL_SCALING = 0.13025;

/** How loading reports progress and checks for a cancel, and what it needs besides the model. */
export interface LoadHooks {
  /** After each network: how many are open, of how many. */
  report?(done: number, of: number): void;
  isCancelled?(): boolean;
  /** Called before a model is opened whose weights take that many bytes when it runs, to close others. */
  makeRoom?(bytes: number): Promise<void>;
  /** Gzipped merges of CLIP's vocabulary, for checkpoints, which bring none. */
  readonly clipMerges?: string;
}

export interface LoadOutcome {
  readonly model: LoadedModel;
  /** Says that memory will be short. */
  readonly warning?: string;
}

/**
 * Gives the open model if its key still equals that of the files and options, else closes it and opens the one asked
 * for. Undefined after a cancel. Fails with `model-missing`, and the codes of reading the files and of `checkMemory`.
 */
export async function loadModel(
  { path, vae }: Pick<PlanModel, 'path' | 'vae'>,
  options: EngineOptions,
  current: LoadedModel | undefined,
  hooks: LoadHooks = {},
): Promise<Result<LoadOutcome | undefined>> {
  const source = readSource(path, vae, hooks.clipMerges);
  if (!source.ok) return source;
  const key = `${source.value.identity}|${options.threads}|${options.mergeStrategy}|${options.provider ?? 'cpu'}`;
  if (current?.key === key && current.isOpen()) return success({ model: current });
  const read = source.value.parts();
  if (!read.ok) return read;
  const parts = read.value;
  const { textEncoder, textEncoder2, unet, vaeDecoder, vaeEncoder } = parts;
  const graphs = [textEncoder, textEncoder2, unet, vaeDecoder, vaeEncoder].filter(
    (graph) => graph !== undefined,
  );
  const weight = weighModel(graphs, providerFor(options.provider));
  if (!weight.ok) return weight;
  await hooks.makeRoom?.(weight.value);
  const memory = checkMemory(weight.value, machineMemory());
  if (!memory.ok) return memory;
  await current?.release();
  const model = await open(parts, options, key, hooks);
  if (!model.ok) return model;
  return success(model.value && { model: model.value, ...memory.value });
}

/** A folder with ONNX files, a folder of diffusers, or a checkpoint, whose graphs are written only when it has to be opened. */
function readSource(
  path: string,
  vae: string | undefined,
  clipMerges: string | undefined,
): Result<ModelSource> {
  if (!existsSync(path))
    return failure('model-missing', `There is no model at ${path}.`, 'Choose another model.');
  if (statSync(path).isFile() || isDiffusersFolder(path)) return checkpointSource(path, { vae, clipMerges });
  const folder = readModelFolder(path);
  if (!folder.ok) return folder;
  const source = { identity: folder.value.identity, parts: () => folder };
  return success(vae === undefined ? source : withVae(source, vae));
}

async function open(
  parts: ModelParts,
  options: EngineOptions,
  key: string,
  { report, isCancelled }: LoadHooks,
): Promise<Result<LoadedModel | undefined>> {
  const { config } = parts;
  const runtime = createRuntime(options.threads, { provider: options.provider ?? 'cpu' });
  const toRelease: (() => Promise<void>)[] = [];
  const release = async () => {
    for (const close of toRelease.splice(0)) await close();
  };
  const abandon = async <T>(failed: Result<T>) => {
    await release();
    return failed as Result<never>;
  };
  const networks = parts.textEncoder2 ? 4 : 3;
  /** Reports how many networks are open, and yields so that a cancel can arrive; true after one. */
  const pause = async (done: number) => {
    report?.(done, networks);
    await yieldToEventLoop();
    return isCancelled?.() ?? false;
  };
  const cancelled = async () => {
    await release();
    return success(undefined);
  };

  const tokenizers = openTokenizers(parts);
  if (!tokenizers.ok) return tokenizers;
  // A strategy that the user names is used for the UNet only: the text encoders run once for a prompt.
  const encoders = options.mergeStrategy === 'auto' ? 'auto' : 'merged';
  if (await pause(0)) return cancelled();
  const textEncoder = await openTextEncoder(runtime, parts.textEncoder, config.textEncoder, encoders);
  if (!textEncoder.ok) return textEncoder;
  toRelease.push(() => textEncoder.value.component.release());
  if (await pause(1)) return cancelled();
  let textEncoder2: TextEncoder | undefined;
  if (parts.textEncoder2) {
    const second = await openTextEncoder(runtime, parts.textEncoder2, config.textEncoder2, encoders);
    if (!second.ok) return abandon(second);
    textEncoder2 = second.value;
    toRelease.push(() => second.value.component.release());
    if (await pause(2)) return cancelled();
  }
  const unet = await openComponent(runtime, parts.unet, options.mergeStrategy, { edit: floatTimestep });
  if (!unet.ok) return abandon(unet);
  toRelease.push(() => unet.value.release());
  if (await pause(networks - 1)) return cancelled();
  const vae = await openGraph(runtime, parts.vaeDecoder);
  if (!vae.ok) return abandon(vae);
  toRelease.push(() => vae.value.release());
  const scalingFactor = numberIn(
    config.vae,
    'scaling_factor',
    textEncoder2 || parts.isRefiner ? SDXL_SCALING : SD_SCALING,
  );
  const shiftFactor = numberIn(config.vae, 'shift_factor', 0);
  const latentChannels = numberIn(config.vae, 'latent_channels', 4);
  const vaeEncoder = createVaeEncoder({
    runtime,
    graph: parts.vaeEncoder,
    channels: latentChannels,
    scalingFactor,
    shiftFactor,
  });
  toRelease.push(() => vaeEncoder.release());
  return success({
    key,
    path: parts.path,
    runtime,
    unet: unet.value,
    textEncoder: textEncoder.value,
    textEncoder2,
    isRefiner: parts.isRefiner,
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

/** Opens a graph without edits. */
function openGraph(runtime: Runtime, graph: GraphSource): Promise<Result<InferenceSession>> {
  return typeof graph === 'string'
    ? runtime.open(graph, '', 'speed')
    : runtime.open(graph.bytes, graph.folder, 'speed');
}

/**
 * Pixels that can be halved as often as the UNet halves its latents: an exported graph has fixed upsampling factors, so
 * an odd size would come back one row or column short.
 */
function sideUnitOf(unet: JsonObject): number {
  const blocks = unet.block_out_channels ?? unet.down_block_types;
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
    // A configuration of diffusers names its scheduler; one read from a checkpoint does not.
    zeroSnrTable: typeof scheduler._class_name === 'string' ? 'diffusers' : 'webui',
  };
}

function predictionOf(scheduler: JsonObject): PredictionType {
  const type = scheduler.prediction_type;
  return type === 'v_prediction' || type === 'sample' ? type : 'epsilon';
}
