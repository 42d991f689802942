import { closeSync, existsSync, openSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  type Checkpoint,
  embeddedConfig,
  type JsonConfig,
  predictionBySpread,
  readDiffusersFolder,
  readSingleFile,
  readVaeFile,
  readWeightMap,
  type StoredNetwork,
  type StoredTensor,
  type TensorTable,
  tensorsOf,
  type VaeConfig,
  weightFiles,
} from '../../../formats/checkpoint';
import { decodeInto } from '../../../formats/elements';
import { readHeader, type SafetensorsHeader } from '../../../formats/safetensors';
import { failure, type Result, success } from '../../../shared/problem';
import { fileSource } from '../../files/fileSource';
import { jsonObject } from '../parts';

/** A checkpoint, and the files that were looked at for it. */
export interface OpenedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly files: readonly string[];
}

/**
 * Reads a checkpoint's headers: a `.safetensors` file, or a folder of diffusers. No weight is read but one norm of 320
 * numbers, where Stable Diffusion 2 says nothing else about what it predicts. Errors: `cannot-read`, those of a
 * safetensors header, `pickle-not-read`, `checkpoint-unsupported`, `checkpoint-incomplete`.
 */
export function openCheckpoint(file: string): Result<OpenedCheckpoint> {
  const opened = statSync(file).isDirectory() ? openFolder(file) : openFile(file);
  if (!opened.ok) return opened;
  const { checkpoint, files } = opened.value;
  const { ask } = checkpoint.prediction;
  if (!ask) return opened;
  const prediction = { ...checkpoint.prediction, type: predictionBySpread(valuesOf(ask)) };
  return success({ checkpoint: { ...checkpoint, prediction }, files });
}

function openFile(file: string): Result<OpenedCheckpoint> {
  const header = headerOf(file);
  if (!header.ok) return header;
  const yaml = file.replace(/\.[^.]+$/, '.yaml');
  const hasSidecar = yaml !== file && existsSync(yaml);
  const read = readSingleFile({
    tensors: tensorsOf(file, header.value),
    metadata: header.value.metadata,
    ...(hasSidecar && { sidecar: readFileSync(yaml, 'utf8') }),
  });
  return read.ok ? success({ checkpoint: read.value, files: [file, ...(hasSidecar ? [yaml] : [])] }) : read;
}

/** The networks of a folder by the names diffusers gives their folders. */
const FOLDERS = {
  unet: 'unet',
  textEncoder: 'text_encoder',
  textEncoder2: 'text_encoder_2',
  vae: 'vae',
} as const;

function openFolder(folder: string): Result<OpenedCheckpoint> {
  const tables: Partial<Record<keyof typeof FOLDERS, TensorTable>> = {};
  const files: string[] = [];
  for (const [part, name] of Object.entries(FOLDERS)) {
    const table = tableOf(path.join(folder, name), files);
    if (!table.ok) return table;
    tables[part as keyof typeof FOLDERS] = table.value;
  }
  const json = (file: string) => {
    const whole = path.join(folder, file);
    if (existsSync(whole)) files.push(whole);
    return jsonObject(() => readFileSync(whole, 'utf8'));
  };
  const read = readDiffusersFolder({
    unet: tables.unet!,
    textEncoder: tables.textEncoder!,
    textEncoder2: tables.textEncoder2!,
    vae: tables.vae!,
    config: {
      ...embeddedConfig({}),
      unet: json('unet/config.json'),
      text_encoder: json('text_encoder/config.json'),
      text_encoder_2: json('text_encoder_2/config.json'),
      vae: json('vae/config.json'),
      scheduler: json('scheduler/scheduler_config.json'),
    },
  });
  return read.ok ? success({ checkpoint: read.value, files }) : read;
}

/** True for a folder that diffusers saved, with weights in safetensors files. */
export function isDiffusersFolder(folder: string): boolean {
  return weightFiles(namesIn(path.join(folder, FOLDERS.unet))) !== undefined;
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** All weights of a network's folder; none where there is no such folder. */
function tableOf(folder: string, files: string[]): Result<TensorTable> {
  const found = weightFiles(namesIn(folder));
  if (!found) return success(new Map());
  let names = [found.file ?? ''];
  let map: ReadonlyMap<string, string> | undefined;
  if (found.index !== undefined) {
    const index = path.join(folder, found.index);
    files.push(index);
    map = readWeightMap(readFileSync(index, 'utf8'));
    if (!map)
      return failure('checkpoint-incomplete', `${index} does not say where the weights are.`, GET_AGAIN);
    names = [...new Set(map.values())].sort();
  }
  const table = new Map<string, StoredTensor>();
  for (const name of names) {
    const file = path.join(folder, name);
    const header = headerOf(file);
    if (!header.ok) return header;
    files.push(file);
    for (const [key, tensor] of tensorsOf(file, header.value))
      if (!map || map.get(key) === name) table.set(key, tensor);
  }
  return success(table);
}

export const GET_AGAIN = 'Get the model again; a part of it is missing or damaged.';

/**
 * Reads a VAE that is kept apart: a `.safetensors` file, a checkpoint to take it from, or a folder of diffusers. Fails where
 * it has another number of channels than the model's latents, those of Stable Diffusion unless they are given.
 */
export function openVae(
  file: string,
  forSdxl: boolean,
  latentChannels = 4,
): Result<StoredNetwork<VaeConfig>> {
  const isFolder = existsSync(file) && statSync(file).isDirectory();
  const folder = isFolder && existsSync(path.join(file, FOLDERS.vae)) ? path.join(file, FOLDERS.vae) : file;
  let tensors: TensorTable;
  let config: JsonConfig;
  if (isFolder) {
    const table = tableOf(folder, []);
    if (!table.ok) return table;
    tensors = table.value;
    config = jsonObject(() => readFileSync(path.join(folder, 'config.json'), 'utf8'));
  } else {
    const header = headerOf(file);
    if (!header.ok) return header;
    tensors = tensorsOf(file, header.value);
    config = embeddedConfig(header.value.metadata).vae;
  }
  const vae = readVaeFile(tensors, forSdxl, config);
  if (!vae)
    return failure(
      'checkpoint-unsupported',
      `${file} holds no VAE of the Stable Diffusion family.`,
      'Name another file as VAE.',
    );
  if (vae.config.latentChannels !== latentChannels)
    return failure(
      'checkpoint-unsupported',
      `${file} is the VAE of another kind of model: it reads ${vae.config.latentChannels} channels of latents, and this model has ${latentChannels}.`,
      'Name another file as VAE.',
    );
  return success(vae);
}

const PICKLES = new Set(['.ckpt', '.pt', '.pth', '.bin', '.pkl']);

/** The header of a safetensors file; its path with symbolic links followed, since the runtime follows none. */
function headerOf(file: string): Result<SafetensorsHeader> {
  if (PICKLES.has(path.extname(file).toLowerCase()))
    return failure(
      'pickle-not-read',
      `${path.basename(file)} is a pickle: not read, because opening one can run any program.`,
      'Convert it to safetensors; most programs that load checkpoints can.',
    );
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return failure('cannot-read', `${file} cannot be read: ${code}.`, 'Check the path and its permissions.');
  }
  try {
    const header = readHeader(fileSource(descriptor));
    if (header.ok) return header;
    const { code, message, remedy } = header.problem;
    return failure(code, `${file} is damaged: ${message}`, remedy);
  } finally {
    closeSync(descriptor);
  }
}

/** The numbers of one small tensor. */
function valuesOf(tensor: StoredTensor): Float64Array {
  const values = new Float64Array(tensor.shape.reduce((a, b) => a * b, 1));
  const descriptor = openSync(tensor.file, 'r');
  try {
    decodeInto(values, fileSource(descriptor).read(tensor.offset, tensor.length), tensor.dtype);
  } finally {
    closeSync(descriptor);
  }
  return values;
}

/** Time and size of files, so that an exchanged one is noticed. */
export function stampsOf(files: readonly string[]): string {
  return files
    .map((file) => {
      // A file that is not there is a stamp as well; opening it says so better.
      const stats = statSync(file, { throwIfNoEntry: false });
      return `${file}:${stats?.mtimeMs}:${stats?.size}`;
    })
    .join('|');
}

/** Where a file really is. */
export function realFile(file: string): { readonly folder: string; readonly name: string } {
  const real = realpathSync(file);
  return { folder: path.dirname(real), name: path.basename(real) };
}
