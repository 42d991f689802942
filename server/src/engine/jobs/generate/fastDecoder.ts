import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { createTorchCpuNoise } from '../../../numerics/noise/torchCpu';
import type { StepPicture } from '../../../shared/engineProtocol';
import { failure, type Result, success } from '../../../shared/problem';
import { openModelFile } from '../../graph/modelFile';
import { toRgb } from '../../image/index';
import { packedOutput } from '../../model/memory';
import { floatsOf, pickPort, tensorFor } from '../../model/ports';
import { createRuntime } from '../../runtime/session';

type Shape = readonly [channels: number, height: number, width: number];

/** A small network that stands in for the VAE's decoder: TAESD or its like. */
export interface FastDecoder {
  /** Path and age of the file. */
  readonly key: string;
  /** Scaled latents to a picture `[3, 8·height, 8·width]`, −1 … 1. */
  decode(latents: Float32Array, shape: Shape): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Where the graph lies inside a folder, in the layouts such exports come in. */
const PLACES = ['', 'decoder.onnx', 'model.onnx', 'taesd_decoder.onnx', 'vae_decoder/model.onnx'];
const FACTOR = 8;
/** Longest side of a step's picture: more is lost on a panel. */
const STEP_SIDE = 256;
/** TAESD itself gives 0 … 1, diffusers' form of it −1 … 1: only that goes well below 0. */
const SYMMETRIC_BELOW = -0.25;

/** The key of the file or folder as it is now; undefined where there is none. */
export function fastDecoderKey(wanted: string): string | undefined {
  const file = locate(wanted);
  return file && `${file}|${statSync(file).mtimeMs}`;
}

/** Opens a decoder from an ONNX file or its folder. Fails with `fast-decoder-unusable`. */
export async function openFastDecoder(
  wanted: string,
  channels: number,
  threads: number,
): Promise<Result<FastDecoder>> {
  const key = fastDecoderKey(wanted);
  const file = locate(wanted);
  if (!file || !key) return unusable(wanted, 'there is no ONNX file');
  // Refuses weights outside its folder before the runtime sees the file.
  const read = openModelFile(file);
  if (!read.ok) return unusable(wanted, read.problem.message);
  const { model } = read.value;
  read.value.close();
  const packed = packedOutput(model, path.basename(file));
  if (packed) return unusable(wanted, packed.message);
  const opened = await createRuntime(threads).open(file, path.dirname(file), 'speed');
  if (!opened.ok) return unusable(wanted, opened.problem.message);
  const session = opened.value;
  const input = pickPort(session.inputMetadata, ['latent_sample', 'latent', 'latents', 'x']);
  const output = pickPort(session.outputMetadata, ['sample', 'images', 'image']).name;
  const run = async (latents: Float32Array, shape: Shape) => {
    const result = await session.run({ [input.name]: tensorFor(input, latents, [1, ...shape]) }, [output]);
    return floatsOf(result[output]!);
  };
  const abandon = async (why: string) => {
    await session.release();
    return unusable(wanted, why);
  };
  if (typeof input.shape[1] === 'number' && input.shape[1] !== channels)
    return abandon(`it reads latents of ${input.shape[1]} channels, the model has ${channels}`);
  const probe: Shape = [channels, FACTOR, FACTOR];
  try {
    const seen = await run(createTorchCpuNoise(0).randn(probe), probe);
    if (seen.length !== 3 * (FACTOR * FACTOR) ** 2)
      return abandon('it does not give pictures of eight times the size');
    const isSymmetric = seen.some((value) => value < SYMMETRIC_BELOW);
    return success({
      key,
      async decode(latents, shape) {
        const picture = await run(latents, shape);
        return isSymmetric ? picture : picture.map((value) => value * 2 - 1);
      },
      release: () => session.release(),
    });
  } catch (error) {
    return abandon(String(error instanceof Error ? error.message : error).split('\n', 1)[0]!);
  }
}

/** A step's picture by the decoder, made smaller by leaving out rows and columns. */
export async function decodedStep(
  decoder: FastDecoder,
  latents: Float32Array,
  shape: Shape,
): Promise<StepPicture> {
  const [wide, high] = [shape[2] * FACTOR, shape[1] * FACTOR];
  const rgb = toRgb(await decoder.decode(latents, shape), wide, high);
  const every = Math.max(1, Math.ceil(Math.max(wide, high) / STEP_SIDE));
  if (every === 1) return { width: wide, height: high, rgb };
  const [width, height] = [Math.floor(wide / every), Math.floor(high / every)];
  const small = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = (y * every * wide + x * every) * 3;
      small.set(rgb.subarray(from, from + 3), (y * width + x) * 3);
    }
  return { width, height, rgb: small };
}

function locate(wanted: string): string | undefined {
  return PLACES.map((place) => path.join(wanted, place)).find(
    (file) => existsSync(file) && statSync(file).isFile(),
  );
}

function unusable(wanted: string, why: string): Result<never> {
  return failure(
    'fast-decoder-unusable',
    `The fast decoder ${wanted} is not used: ${why.replace(/\.$/, '')}.`,
    'Name the ONNX file of a TAESD decoder made for this kind of model.',
  );
}
