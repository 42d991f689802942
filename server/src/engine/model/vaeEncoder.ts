import { failure, type Result, success } from '../../shared/problem';
import { createGraphEdit } from '../graph/graphEdit';
import { type GraphSource, openModelFile } from '../graph/modelFile';
import { mapInitializers } from '../graph/slotInputs';
import type { RgbPicture } from '../image/index';
import type { InferenceSession, Runtime } from '../runtime/session';
import { floatsOf, pickPort, tensorFor } from './ports';

/** Turns pictures into latents; opened when the first picture wants it. */
export interface VaeEncoder {
  /** The mean of the picture's latents, scaled: `[channels, height / 8, width / 8]`. */
  encode(picture: RgbPicture): Promise<Result<Float32Array>>;
  release(): Promise<void>;
}

interface EncoderOptions {
  readonly runtime: Runtime;
  /** Undefined where the model has none. */
  readonly graph: GraphSource | undefined;
  readonly channels: number;
  readonly scalingFactor: number;
  readonly shiftFactor: number;
}

/**
 * The VAE's encoder. The mean is taken, no noise is drawn: a picture is the same each time. Newer exports give mean and
 * variance; older ones draw inside the graph, with numbers nobody can seed, and have that noise replaced by zeros.
 */
export function createVaeEncoder({
  runtime,
  graph,
  channels,
  scalingFactor,
  shiftFactor,
}: EncoderOptions): VaeEncoder {
  let opened: InferenceSession | undefined;
  const session = async (): Promise<Result<InferenceSession>> => {
    if (opened) return success(opened);
    if (graph === undefined)
      return failure(
        'vae-encoder-missing',
        'This model has no VAE encoder, so it cannot start from a picture.',
        'Use a model or a VAE with an encoder (optimum exports it as vae_encoder), or remove the picture from the prompt.',
      );
    const created = await openSilenced(runtime, graph);
    if (created.ok) opened = created.value;
    return created;
  };
  return {
    async encode(picture) {
      const ready = await session();
      if (!ready.ok) return ready;
      const { inputMetadata, outputMetadata } = ready.value;
      const input = pickPort(inputMetadata, ['sample', 'images', 'image']);
      const output = pickPort(outputMetadata, ['latent_parameters', 'latent_sample', 'latent']).name;
      const dims = [1, 3, picture.height, picture.width];
      const result = await ready.value.run({ [input.name]: tensorFor(input, toUnit(picture), dims) }, [
        output,
      ]);
      const count = channels * (picture.height / 8) * (picture.width / 8);
      // Behind the mean of each channel lie the logarithms of the variances.
      const mean = floatsOf(result[output]!).subarray(0, count);
      return success(mean.map((value) => (value - shiftFactor) * scalingFactor));
    },
    async release() {
      await opened?.release();
      opened = undefined;
    },
  };
}

/** Bytes as the encoder wants them: `[3, height, width]`, −1 … 1. */
function toUnit({ width, height, rgb }: RgbPicture): Float32Array {
  const count = width * height;
  const values = new Float32Array(count * 3);
  for (let channel = 0; channel < 3; channel++)
    for (let i = 0; i < count; i++)
      values[channel * count + i] = Math.fround(Math.fround(rgb[i * 3 + channel]! / 255) * 2) - 1;
  return values;
}

/** Opens the graph; nodes that draw random numbers give zeros of the same shape. */
async function openSilenced(runtime: Runtime, graph: GraphSource): Promise<Result<InferenceSession>> {
  const file = openModelFile(graph);
  if (!file.ok) return file;
  const { model, folder, source } = file.value;
  const random = model.nodes.flatMap((node, index) => (node.opType === 'RandomNormalLike' ? [index] : []));
  try {
    if (random.length === 0) return await runtime.open(source, folder, 'speed');
    const edit = createGraphEdit(model);
    mapInitializers(edit, file.value);
    for (const index of random) {
      const like = edit.inputOf({ node: index, input: 0 });
      edit.replaceNode(index, 'noise', (nodes) => nodes.op('Sub', [like, like]));
    }
    return await runtime.open(edit.bytes(), folder, 'speed');
  } finally {
    file.value.close();
  }
}
