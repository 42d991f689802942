import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Checkpoint, StoredNetwork, TextEncoderConfig, VaeConfig } from '../../../formats/checkpoint';
import { failure, type Problem, type Result, success } from '../../../shared/problem';
import { type Locate, type Parameter, STORED_TYPES, type WeightLocation } from '../../graph/builder';
import type { MadeGraph } from '../../graph/modelFile';
import type { Network } from '../../graph/network';
import { clipText } from '../../graph/networks/clipText';
import { unet } from '../../graph/networks/unet';
import { vaeDecoder, vaeEncoder } from '../../graph/networks/vae';
import type { JsonObject, ModelParts } from '../parts';
import { clipMerges, folderTokenizer, mergesTokenizer } from '../tokenizers';
import { GET_AGAIN, openCheckpoint, openVae, realFile, stampsOf } from './files';

export interface CheckpointOptions {
  /** A file to take the VAE from, instead of the checkpoint's own. */
  readonly vae?: string;
  /** Gzipped merges of CLIP's vocabulary. */
  readonly clipMerges?: string;
}

/**
 * A checkpoint as a model to be opened: the graphs are written here, a megabyte each, and their weights stay where they
 * are, in the user's own files. Nothing is written to disk. Errors: those of `openCheckpoint`, and
 * `checkpoint-incomplete`, `checkpoint-dtype`, `checkpoint-scattered`.
 */
export function checkpointParts(file: string, options: CheckpointOptions): Result<ModelParts> {
  const source = checkpointSource(file, options);
  return source.ok ? source.value.parts() : source;
}

/** A model of which no graph is written yet: enough to know whether it is the one that is open. */
export interface ModelSource {
  readonly identity: string;
  parts(): Result<ModelParts>;
}

/** Reads the headers. Errors: those of `openCheckpoint`; the others of `checkpointParts` come from `parts`. */
export function checkpointSource(file: string, options: CheckpointOptions): Result<ModelSource> {
  const opened = openCheckpoint(file);
  if (!opened.ok) return opened;
  const { checkpoint, files } = opened.value;
  const identity = stampsOf([...files, ...(options.vae === undefined ? [] : [options.vae])]);
  return success({ identity, parts: () => partsOf(file, identity, checkpoint, options) });
}

function partsOf(
  file: string,
  identity: string,
  checkpoint: Checkpoint,
  options: CheckpointOptions,
): Result<ModelParts> {
  const { prediction } = checkpoint;
  const isRefiner = checkpoint.unet.config.addition?.ids === REFINER_IDS;
  const { textEncoder, textEncoder2 } = isRefiner ? refinersEncoder(checkpoint) : checkpoint;
  const name = path.basename(file);
  if (!textEncoder || (checkpoint.unet.config.addition && !isRefiner && !textEncoder2))
    return failure(
      'checkpoint-incomplete',
      `${name} lacks ${textEncoder ? 'the second text encoder' : 'the text encoder'}.`,
      'Choose a complete checkpoint; a U-Net alone cannot read a prompt.',
    );
  const vae = vaeOf(checkpoint, name, options.vae);
  if (!vae.ok) return vae;

  const graphs = graphsOf({ unet: checkpoint.unet, textEncoder, textEncoder2 }, name);
  if (!graphs.ok) return graphs;
  const vaeGraphs = graphsOfVae(options.vae === undefined ? name : path.basename(options.vae), vae.value);
  if (!vaeGraphs.ok) return vaeGraphs;

  const { merges } = checkpoint;
  const text = () => merges ?? clipMerges(options.clipMerges);
  const isOpenClip = textEncoder.config.activation === 'gelu';
  /** A folder's own vocabulary, where it brings one, else CLIP's. */
  const tokenizer = (part: string, openClip: boolean) => {
    const own = path.join(file, part);
    return existsSync(path.join(own, 'merges.txt'))
      ? folderTokenizer(own)
      : mergesTokenizer(text(), openClip);
  };
  return success({
    path: file,
    identity,
    unet: graphs.value.unet,
    textEncoder: graphs.value.textEncoder!,
    textEncoder2: graphs.value.textEncoder2,
    isRefiner,
    ...vaeGraphs.value,
    tokenizer: () => tokenizer(isRefiner ? 'tokenizer_2' : 'tokenizer', isOpenClip),
    tokenizer2: textEncoder2 && (() => tokenizer('tokenizer_2', true)),
    config: {
      unet: { block_out_channels: checkpoint.unet.config.channels },
      textEncoder: encoderConfig(textEncoder.config),
      textEncoder2: textEncoder2 ? encoderConfig(textEncoder2.config) : {},
      vae: {
        scaling_factor: vae.value.config.scalingFactor,
        shift_factor: vae.value.config.shiftFactor,
        latent_channels: vae.value.config.latentChannels,
      },
      scheduler: {
        ...checkpoint.scheduler,
        prediction_type: prediction.type,
        rescale_betas_zero_snr: prediction.zeroSnr,
      },
    },
  });
}

/** Numbers of size and crop that SDXL's refiner is given: one less than its base, the last of them an aesthetic score. */
const REFINER_IDS = 5;

/** The one text encoder of a refiner: the second of its base, by whichever name it is stored. */
function refinersEncoder({ textEncoder, textEncoder2 }: Checkpoint): {
  readonly textEncoder?: StoredNetwork<TextEncoderConfig>;
  readonly textEncoder2?: undefined;
} {
  const only = textEncoder2 ?? textEncoder;
  return only ? { textEncoder: only } : {};
}

/** The networks of a checkpoint that LoRAs change. */
export interface CheckpointGraphs {
  readonly unet: MadeGraph;
  readonly textEncoder?: MadeGraph;
  readonly textEncoder2?: MadeGraph;
}

/** The graphs of what a checkpoint has of U-Net and text encoders. Errors: as `checkpointParts`. */
export function checkpointGraphs(file: string): Result<CheckpointGraphs> {
  const opened = openCheckpoint(file);
  return opened.ok ? graphsOf(opened.value.checkpoint, path.basename(file)) : opened;
}

function graphsOf(
  { unet: denoiser, textEncoder, textEncoder2 }: Pick<Checkpoint, 'unet' | 'textEncoder' | 'textEncoder2'>,
  name: string,
): Result<CheckpointGraphs> {
  const made = madeGraph(`${name}: U-Net`, unet, denoiser);
  if (!made.ok) return made;
  const first = textEncoder && madeGraph(`${name}: text encoder`, clipText, textEncoder);
  if (first && !first.ok) return first;
  const second = textEncoder2 && madeGraph(`${name}: second text encoder`, clipText, textEncoder2);
  if (second && !second.ok) return second;
  return success({
    unet: made.value,
    ...(first && { textEncoder: first.value }),
    ...(second && { textEncoder2: second.value }),
  });
}

function encoderConfig({ epsilon }: TextEncoderConfig): JsonObject {
  return { layer_norm_eps: epsilon };
}

type VaeGraphs = Pick<ModelParts, 'vaeDecoder' | 'vaeEncoder'>;

function graphsOfVae(name: string, vae: StoredNetwork<VaeConfig>): Result<VaeGraphs> {
  const decoder = madeGraph(`${name}: VAE`, vaeDecoder, vae);
  if (!decoder.ok) return decoder;
  const encoder = vae.config.hasEncoder
    ? madeGraph(`${name}: VAE encoder`, vaeEncoder, vae)
    : success(undefined);
  if (!encoder.ok) return encoder;
  return success({ vaeDecoder: decoder.value, ...(encoder.value && { vaeEncoder: encoder.value }) });
}

/** A model whose graphs are files, with another VAE. Errors: as `checkpointParts`. */
export function withVae(source: ModelSource, file: string): ModelSource {
  return {
    identity: stampsOf([file]).concat('|', source.identity),
    parts() {
      const read = source.parts();
      if (!read.ok) return read;
      const vae = openVae(file, read.value.textEncoder2 !== undefined || read.value.isRefiner);
      if (!vae.ok) return vae;
      const graphs = graphsOfVae(path.basename(file), vae.value);
      if (!graphs.ok) return graphs;
      const { vaeEncoder: _, ...others } = read.value;
      return success({ ...others, ...graphs.value });
    },
  };
}

function vaeOf(
  checkpoint: Checkpoint,
  name: string,
  other: string | undefined,
): Result<StoredNetwork<VaeConfig>> {
  const own = checkpoint.vae;
  if (other !== undefined) {
    const { addition, outChannels } = checkpoint.unet.config;
    const opened = openVae(other, addition !== undefined, outChannels);
    if (!opened.ok || !own) return opened;
    // The model was trained on latents of its own scale, whatever turns them into pixels.
    const { scalingFactor, shiftFactor } = own.config;
    return success({ ...opened.value, config: { ...opened.value.config, scalingFactor, shiftFactor } });
  }
  if (own) return success(own);
  return failure(
    'checkpoint-incomplete',
    `${name} has no VAE, which turns what it draws into a picture.`,
    'Name a VAE file in the block, `VAE: …`, or as `vae` of this model in `models`.',
  );
}

/** Stands for a weight that is not there; the graph is thrown away. */
const NOWHERE: WeightLocation = { dtype: 'F32', location: '-', offset: 0, length: 0 };

/** Writes a network's graph over its weights' own bytes. */
function madeGraph<Config>(
  name: string,
  network: Network<Config>,
  { config, weights }: StoredNetwork<Config>,
): Result<MadeGraph> {
  const missing: string[] = [];
  const folders = new Map<string, string>();
  const names = new Map<string, string>();
  let problem: Problem | undefined;
  const locate: Locate = (parameter) => {
    const weight = weights.get(parameter.name);
    if (!weight || !sameSize(weight.shape, parameter)) {
      missing.push(weight ? `${parameter.name} of shape ${parameter.shape.join('×')}` : parameter.name);
      return NOWHERE;
    }
    const { dtype, file, offset, length, transposed } = weight;
    if (!isStorable(dtype)) {
      problem ??= failure(
        'checkpoint-dtype',
        `${name} keeps its weights as ${dtype}, which cannot be computed with.`,
        'Choose the file with float16, bfloat16 or float32 weights.',
      ).problem;
      return NOWHERE;
    }
    let location = names.get(file);
    if (location === undefined) {
      const real = realFile(file);
      location = real.name;
      names.set(file, location);
      folders.set(real.folder, file);
    }
    return {
      dtype: dtype as WeightLocation['dtype'],
      location,
      offset,
      length,
      ...(transposed && { transposed }),
    };
  };
  const bytes = network.write(config, locate);
  if (missing.length > 0)
    return failure(
      'checkpoint-incomplete',
      `${name} lacks ${missing.length} weights: ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ' …' : ''}.`,
      GET_AGAIN,
    );
  if (problem) return { ok: false, problem };
  const [folder, ...others] = folders.keys();
  if (folder === undefined || others.length > 0)
    return failure(
      'checkpoint-scattered',
      `The files of ${name} are symbolic links into different folders, which the runtime does not follow.`,
      'Put the files themselves into one folder.',
    );
  return success({ name, folder, bytes });
}

function sameSize(shape: readonly number[], parameter: Parameter): boolean {
  const count = (sides: readonly number[]) => sides.reduce((a, b) => a * b, 1);
  return count(shape) === count(parameter.shape) && shape[0] === parameter.shape[0];
}

function isStorable(dtype: string): dtype is WeightLocation['dtype'] {
  return Object.hasOwn(STORED_TYPES, dtype);
}
