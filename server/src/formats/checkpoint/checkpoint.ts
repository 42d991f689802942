import { failure, type Problem, type Result, success } from '../../shared/problem';
import { textEncoderConfigOf } from './clipConfig';
import { isOpenClip, translateClip } from './clipNames';
import type { JsonConfig, TextEncoderConfig, UnetConfig, VaeConfig } from './config';
import { type EmbeddedConfig, embeddedConfig } from './metadata';
import { splitCheckpoint, vaeTensors } from './parts';
import { type Prediction, predictionOf } from './prediction';
import { folderRefusal } from './scheduler';
import { quantisedStorage } from './storage';
import { REASONS, type StoredTensor, type TensorTable, type Translated, type UnusedTensor } from './tensors';
import { architectureOf, unetConfigOf } from './unetConfig';
import { translateUnet } from './unetNames';
import { unsupported } from './unsupported';
import { vaeConfigOf } from './vaeConfig';
import { translateVae } from './vaeNames';

/** A network of a checkpoint: what it is, and where each of its weights lies, by diffusers' and transformers' names. */
export interface StoredNetwork<Config> {
  readonly config: Config;
  readonly weights: TensorTable;
}

/** A model as its files' headers describe it. */
export interface Checkpoint {
  readonly layout: 'ldm' | 'diffusers';
  /** `sd1`, `sd2`, `sdxl`, `sdxl-refiner`, `ssd-1b`, `demo`; undefined for a U-Net of other measures. */
  readonly architecture?: string;
  readonly unet: StoredNetwork<UnetConfig>;
  readonly textEncoder?: StoredNetwork<TextEncoderConfig>;
  readonly textEncoder2?: StoredNetwork<TextEncoderConfig>;
  readonly vae?: StoredNetwork<VaeConfig>;
  readonly prediction: Prediction;
  /** Diffusers' `scheduler_config.json`, where the model brings one. */
  readonly scheduler: JsonConfig;
  /** Text of `merges.txt`, for a tokenizer that is not CLIP's. */
  readonly merges?: string;
  /** Every tensor no network reads, and why. */
  readonly unused: readonly UnusedTensor[];
}

/** A single file: its header, and what lies beside it. */
export interface SingleFile {
  readonly tensors: TensorTable;
  readonly metadata: Readonly<Record<string, string>>;
  /** Text of the `.yaml` file of the same name. */
  readonly sidecar?: string;
}

/**
 * Reads a checkpoint in the layout of LDM or SGM, as A1111 and ComfyUI load it. Errors: `checkpoint-unsupported` (what
 * it is, and why it cannot be run).
 */
export function readSingleFile({ tensors, metadata, sidecar }: SingleFile): Result<Checkpoint> {
  const { parts, unused } = splitCheckpoint(tensors);
  const stored = quantisedStorage(tensors.keys(), (name) => tensors.get(name)?.dtype);
  if (stored) return { ok: false, problem: notStored(stored) };
  const embedded = embeddedConfig(metadata);
  const unet = translateUnet(parts.unet);
  const architecture = architectureOf(unet.weights);
  const penultimate = architecture === 'sd2';
  const clip = isOpenClip(parts.textEncoder);
  return assemble({
    layout: 'ldm',
    names: tensors,
    metadata,
    ...(sidecar !== undefined && { sidecar }),
    ...(architecture !== undefined && { architecture }),
    unet,
    textEncoder: translateClip(parts.textEncoder, { penultimate }),
    textEncoder2: translateClip(parts.textEncoder2),
    openClip: [clip, isOpenClip(parts.textEncoder2)],
    vae: translateVae(parts.vae),
    config: embedded,
    unused,
  });
}

/** A folder in diffusers' layout: the tensors and the configuration of each of its networks. */
export interface DiffusersFolder {
  readonly unet: TensorTable;
  readonly textEncoder: TensorTable;
  readonly textEncoder2: TensorTable;
  readonly vae: TensorTable;
  readonly config: EmbeddedConfig;
}

/** Reads a model that was saved by diffusers, with weights in safetensors files. Errors: as `readSingleFile`. */
export function readDiffusersFolder(folder: DiffusersFolder): Result<Checkpoint> {
  const refused = folderRefusal(folder.config.scheduler, folder.config.vae);
  if (refused) return { ok: false, problem: refused };
  for (const table of [folder.unet, folder.textEncoder, folder.textEncoder2, folder.vae]) {
    const stored = quantisedStorage(table.keys(), (name) => table.get(name)?.dtype);
    if (stored) return { ok: false, problem: notStored(stored) };
  }
  const unet: Translated = { weights: new Map(folder.unet), unused: [] };
  const architecture = architectureOf(unet.weights);
  return assemble({
    layout: 'diffusers',
    names: new Map(),
    metadata: {},
    ...(architecture !== undefined && { architecture }),
    unet,
    textEncoder: translateClip(folder.textEncoder),
    textEncoder2: translateClip(folder.textEncoder2),
    openClip: [architecture === 'sd2', true],
    vae: translateVae(folder.vae),
    config: folder.config,
    unused: [],
  });
}

interface Parts {
  readonly layout: Checkpoint['layout'];
  readonly names: TensorTable;
  readonly metadata: Readonly<Record<string, string>>;
  readonly sidecar?: string;
  readonly architecture?: string;
  readonly unet: Translated;
  readonly textEncoder: Translated;
  readonly textEncoder2: Translated;
  /** Whether each text encoder is OpenCLIP's. */
  readonly openClip: readonly [boolean, boolean];
  readonly vae: Translated;
  readonly config: EmbeddedConfig;
  readonly unused: readonly UnusedTensor[];
}

function assemble(parts: Parts): Result<Checkpoint> {
  const { architecture, config, openClip } = parts;
  const textEncoder = textEncoderConfigOf(parts.textEncoder.weights, openClip[0], config.text_encoder);
  const textEncoder2 = textEncoderConfigOf(parts.textEncoder2.weights, openClip[1], config.text_encoder_2);
  const pooled = textEncoder2?.projection ?? textEncoder?.projection;
  const unet = unetConfigOf(parts.unet.weights, config.unet, pooled);
  const problem = unsupported(unet, pooled !== undefined, parts.names);
  if (problem || !unet) return { ok: false, problem: problem ?? notUnet() };
  const left = notUsed(parts.unet.unused);
  if (left) return { ok: false, problem: left };
  const vae = vaeConfigOf(parts.vae.weights, unet.addition !== undefined, config.vae);
  const network = <Config>(of: Config | undefined, { weights }: Translated) => of && { config: of, weights };
  return success({
    layout: parts.layout,
    ...optional('architecture', architecture),
    unet: { config: unet, weights: parts.unet.weights },
    ...optional('textEncoder', network(textEncoder, parts.textEncoder)),
    ...optional('textEncoder2', network(textEncoder2, parts.textEncoder2)),
    ...optional('vae', network(vae, parts.vae)),
    prediction: saidByScheduler(config.scheduler) ?? predictionOf({ ...parts, unet: parts.unet.weights }),
    scheduler: config.scheduler,
    ...optional('merges', config.merges),
    unused: [parts, parts.unet, parts.textEncoder, parts.textEncoder2, parts.vae].flatMap(
      ({ unused }) => unused,
    ),
  });
}

/**
 * Reads a file that holds nothing but an autoencoder, in LDM's naming or diffusers', or the one inside a checkpoint.
 * Undefined when there is none in it.
 */
export function readVaeFile(
  tensors: TensorTable,
  forSdxl: boolean,
  config: JsonConfig = {},
): StoredNetwork<VaeConfig> | undefined {
  const { weights } = translateVae(vaeTensors(tensors));
  const found = vaeConfigOf(weights, forSdxl, config);
  return found && { config: found, weights };
}

function saidByScheduler(scheduler: JsonConfig): Prediction | undefined {
  const type = scheduler.prediction_type;
  if (type !== 'epsilon' && type !== 'v_prediction') return undefined;
  return {
    type,
    zeroSnr: scheduler.rescale_betas_zero_snr === true,
    source: "the model's scheduler_config.json",
  };
}

function notStored(storage: string): Problem {
  return failure(
    'checkpoint-unsupported',
    `The weights of this file are stored as ${storage}, which is not read here.`,
    'Choose the same model in float16, bfloat16, float32 or plain fp8, or draw it with another program.',
  ).problem;
}

/** A tensor of the U-Net that has no place in the network written here: what it would do to the picture is not known. */
function notUsed(unused: readonly UnusedTensor[]): Problem | undefined {
  const names = unused.filter(({ reason }) => reason === REASONS.other).map(({ name }) => name);
  if (names.length === 0) return undefined;
  const more = names.length > 1 ? ` and ${names.length - 1} more` : '';
  return failure(
    'checkpoint-unsupported',
    `The U-Net of this file has parts that are not computed here (${names[0]}${more}), so that its picture would be wrong.`,
    'Choose the plain model it was made from.',
  ).problem;
}

function notUnet(): Problem {
  return failure(
    'checkpoint-unsupported',
    'This file holds no U-Net of the Stable Diffusion family.',
    'Choose a checkpoint of Stable Diffusion 1, 2 or XL.',
  ).problem;
}

/** Weights that cannot be read as they are stored. Checked apart, because it refuses nothing but running. */
export function unreadableDtype(network: { readonly weights: TensorTable }): StoredTensor | undefined {
  for (const tensor of network.weights.values()) if (!RUNNABLE_DTYPES.has(tensor.dtype)) return tensor;
  return undefined;
}

/** Types that ONNX Runtime turns into float32 by itself. */
export const RUNNABLE_DTYPES: ReadonlySet<string> = new Set([
  'F32',
  'F16',
  'BF16',
  'F64',
  'F8_E4M3',
  'F8_E5M2',
]);

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value });
}
