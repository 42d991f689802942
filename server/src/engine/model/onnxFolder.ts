import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { failure, type Result, success } from '../../shared/problem';
import { jsonObject, type ModelParts } from './parts';
import { folderTokenizer } from './tokenizers';

/** A model whose graphs are files. */
export interface ModelFolder extends ModelParts {
  readonly unet: string;
  readonly textEncoder: string;
  readonly textEncoder2?: string;
  /** True for SDXL's refiner, whose only text encoder is the second one of the base. */
  readonly isRefiner: boolean;
  readonly vaeDecoder: string;
  readonly vaeEncoder?: string;
}

/** A model in optimum's layout: one ONNX graph a folder. Fails with `model-missing` or `model-incomplete`, naming what is not there. */
export function readModelFolder(folder: string): Result<ModelFolder> {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    return failure('model-missing', `There is no model folder ${folder}.`, 'Choose another model.');
  const graph = (part: string) => graphIn(path.join(folder, part));
  const unet = graph('unet');
  const own = graph('text_encoder');
  // The refiner of SDXL has the second encoder only.
  const isRefiner = own === undefined && graph('text_encoder_2') !== undefined;
  const textEncoder = isRefiner ? graph('text_encoder_2') : own;
  const vaeDecoder = graph('vae_decoder');
  const tokenizer = path.join(folder, isRefiner ? 'tokenizer_2' : 'tokenizer');
  const missing = [
    ...(unet ? [] : ['unet/model.onnx']),
    ...(textEncoder ? [] : ['text_encoder/model.onnx']),
    ...(vaeDecoder ? [] : ['vae_decoder/model.onnx']),
    ...(existsSync(path.join(tokenizer, 'merges.txt')) ? [] : [`${path.basename(tokenizer)}/merges.txt`]),
  ];
  if (!unet || !textEncoder || !vaeDecoder || missing.length > 0)
    return failure(
      'model-incomplete',
      `The model folder ${folder} lacks ${missing.join(', ')}.`,
      'Export the model again with optimum, or choose another folder.',
    );
  const textEncoder2 = isRefiner ? undefined : graph('text_encoder_2');
  const tokenizer2 = path.join(folder, 'tokenizer_2');
  const vaeEncoder = graph('vae_encoder');
  const optional = [textEncoder2, vaeEncoder].filter((file) => file !== undefined);
  const files = [unet, textEncoder, vaeDecoder, ...optional];
  return success({
    path: folder,
    unet,
    textEncoder,
    textEncoder2,
    isRefiner,
    vaeDecoder,
    vaeEncoder,
    tokenizer: () => folderTokenizer(tokenizer),
    tokenizer2: existsSync(path.join(tokenizer2, 'merges.txt'))
      ? () => folderTokenizer(tokenizer2)
      : undefined,
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
  return graphs.length === 1 ? path.join(folder, graphs[0]!) : undefined;
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

function readJson(file: string) {
  return jsonObject(() => readFileSync(file, 'utf8'));
}
