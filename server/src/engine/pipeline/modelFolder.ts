import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { failure, type Result, success } from '../../shared/problem';

/** The files of a model in optimum's layout, and what its configurations say. */
export interface ModelFolder {
  readonly path: string;
  readonly unet: string;
  readonly textEncoder: string;
  readonly textEncoder2?: string;
  readonly vaeDecoder: string;
  readonly vaeEncoder?: string;
  readonly tokenizer: string;
  readonly tokenizer2?: string;
  readonly config: {
    readonly unet: JsonObject;
    readonly textEncoder: JsonObject;
    readonly textEncoder2: JsonObject;
    readonly vae: JsonObject;
    readonly scheduler: JsonObject;
  };
  /** Changes when any of the files does. */
  readonly identity: string;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** Reads the layout. Fails with `model-missing` or `model-incomplete`, naming what is not there. */
export function readModelFolder(folder: string): Result<ModelFolder> {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    return failure('model-missing', `There is no model folder ${folder}.`, 'Choose another model.');
  const graph = (part: string) => graphIn(path.join(folder, part));
  const unet = graph('unet');
  const textEncoder = graph('text_encoder');
  const vaeDecoder = graph('vae_decoder');
  const tokenizer = path.join(folder, 'tokenizer');
  const missing = [
    ...(unet ? [] : ['unet/model.onnx']),
    ...(textEncoder ? [] : ['text_encoder/model.onnx']),
    ...(vaeDecoder ? [] : ['vae_decoder/model.onnx']),
    ...(existsSync(path.join(tokenizer, 'merges.txt')) ? [] : ['tokenizer/merges.txt']),
  ];
  if (!unet || !textEncoder || !vaeDecoder || missing.length > 0)
    return failure(
      'model-incomplete',
      `The model folder ${folder} lacks ${missing.join(', ')}.`,
      'Export the model again with optimum, or choose another folder.',
    );
  const textEncoder2 = graph('text_encoder_2');
  const tokenizer2 = path.join(folder, 'tokenizer_2');
  const vaeEncoder = graph('vae_encoder');
  const optional = [textEncoder2, vaeEncoder].filter((file) => file !== undefined);
  const files = [unet, textEncoder, vaeDecoder, ...optional];
  return success({
    path: folder,
    unet,
    textEncoder,
    textEncoder2,
    vaeDecoder,
    vaeEncoder,
    tokenizer,
    tokenizer2: existsSync(path.join(tokenizer2, 'merges.txt')) ? tokenizer2 : undefined,
    config: {
      unet: readJson(path.join(path.dirname(unet), 'config.json')),
      textEncoder: readJson(path.join(path.dirname(textEncoder), 'config.json')),
      textEncoder2: textEncoder2 ? readJson(path.join(path.dirname(textEncoder2), 'config.json')) : {},
      vae: readJson(path.join(path.dirname(vaeDecoder), 'config.json')),
      scheduler: readJson(path.join(folder, 'scheduler', 'scheduler_config.json')),
    },
    identity: [folder, ...files.flatMap(stamps)].join('|'),
  });
}

/** `model.onnx`, or the only ONNX file of the folder. */
function graphIn(folder: string): string | undefined {
  const usual = path.join(folder, 'model.onnx');
  if (existsSync(usual)) return usual;
  if (!existsSync(folder)) return undefined;
  const graphs = readdirSync(folder).filter((name) => name.endsWith('.onnx'));
  return graphs.length === 1 ? path.join(folder, graphs[0]) : undefined;
}

/** Time and size of a graph and of everything beside it, so that exchanged weights are noticed. */
function stamps(graph: string): string[] {
  const folder = path.dirname(graph);
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const { mtimeMs, size } = statSync(path.join(folder, name));
      return `${name}:${mtimeMs}:${size}`;
    });
}

function readJson(file: string): JsonObject {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
  } catch {
    return {};
  }
}

/** A number of a configuration, or the fallback. */
export function numberIn(config: JsonObject, key: string, fallback: number): number {
  const value = config[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : fallback;
}
