import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type ModelFile, openModelFile } from '../../server/src/engine/graph/modelFile';
import { transpose } from '../../server/src/engine/lora/tensor';
import { CONFIG_KEY } from '../../server/src/formats/checkpoint';
import { encodeF16 } from '../../server/src/formats/elements';
import { LAYOUTS, unetModules } from '../../server/src/formats/lora';
import type { OnnxTensor } from '../../server/src/formats/onnx/index';

/** A tensor to be written, in PyTorch's layout. */
interface Tensor {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

export interface Conversion {
  readonly dtype: 'F16' | 'F32';
  /** Name of the layout of `formats/lora` that the U-Net has. */
  readonly architecture: string;
}

/**
 * The single-file checkpoint, in LDM's layout, of a model that was exported to ONNX: the same weights under the names
 * A1111 and ComfyUI know, and in its metadata what no shape tells. The same folder gives the same bytes.
 */
export function checkpointOf(folder: string, { dtype, architecture }: Conversion): Buffer {
  const tensors = new Map<string, Tensor>();
  const add = (part: string, rename: (name: string) => string) => {
    for (const [name, tensor] of tensorsOf(path.join(folder, part, 'model.onnx')))
      tensors.set(rename(name), tensor);
  };
  const ldm = new Map(
    unetModules(LAYOUTS.find(({ name }) => name === architecture)!.unet).map((module) => [
      module.path,
      module.ldm,
    ]),
  );
  add('unet', (name) => {
    const [module, part] = splitLast(name);
    return `model.diffusion_model.${ldm.get(module)}.${part}`;
  });
  add('text_encoder', (name) => `cond_stage_model.transformer.${name}`);
  const vae = readConfig(folder, 'vae_decoder/config.json');
  const levels = (vae.block_out_channels as unknown[]).length;
  for (const part of ['vae_decoder', 'vae_encoder'])
    add(part, (name) => `first_stage_model.${vaeName(name, levels)}`);
  // LDM's attention there is made of 1×1 convolutions.
  for (const [name, { shape, values }] of tensors)
    if (/\.attn_1\.(?:q|k|v|proj_out)\.weight$/.test(name))
      tensors.set(name, { shape: [...shape, 1, 1], values });
  const config = {
    unet: readConfig(folder, 'unet/config.json'),
    text_encoder: readConfig(folder, 'text_encoder/config.json'),
    vae,
    scheduler: readConfig(folder, 'scheduler/scheduler_config.json'),
    merges: readFileSync(path.join(folder, 'tokenizer', 'merges.txt'), 'utf8'),
  };
  return safetensors(tensors, dtype, {
    [CONFIG_KEY]: JSON.stringify(config),
    'modelspec.sai_model_spec': '1.0.0',
    'modelspec.title': path.basename(path.resolve(folder)),
  });
}

function readConfig(folder: string, file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
}

/** Every weight of an exported graph, by the name it has in a state dict. */
function tensorsOf(file: string): Map<string, Tensor> {
  const opened = openModelFile(file);
  if (!opened.ok) throw new Error(opened.problem.message);
  const model = opened.value;
  const tensors = new Map<string, Tensor>();
  const taken = new Set<OnnxTensor>();
  for (const { path: module, part, shape, tensor, storedLayout } of model.slots) {
    taken.add(tensor);
    const stored = model.values(tensor);
    const values = storedLayout === 'torch' ? stored : transpose(stored, shape[1]!, shape[0]!);
    tensors.set(`${module}.${part}`, { shape, values });
  }
  for (const [name, tensor] of looseTensors(model, taken)) tensors.set(name, tensor);
  model.close();
  return tensors;
}

/** The rows a text encoder looks up, which belong to no layer a LoRA could change. */
function* looseTensors(model: ModelFile, taken: ReadonlySet<OnnxTensor>): Generator<[string, Tensor]> {
  for (const tensor of model.model.initializers.values()) {
    const isText = tensor.dims.length >= 2 && !taken.has(tensor);
    if (!isText) continue;
    const table = tensor.name.includes('token_embedding') ? 'token_embedding' : 'position_embedding';
    // Positions were cut to the prompt's length: `[1, 77, width]`.
    yield [
      `text_model.embeddings.${table}.weight`,
      { shape: tensor.dims.slice(-2), values: model.values(tensor) },
    ];
  }
}

const RESNET: Readonly<Record<string, string>> = { conv_shortcut: 'nin_shortcut' };
const ATTENTION: Readonly<Record<string, string>> = {
  group_norm: 'norm',
  to_q: 'q',
  to_k: 'k',
  to_v: 'v',
  'to_out.0': 'proj_out',
};

/** LDM's name of a weight of the autoencoder. */
export function vaeName(name: string, levels: number): string {
  const [module, part] = splitLast(name);
  const renamed = module
    .replace(/(down|up)_blocks\.(\d+)\./, (_, way: string, block: string) =>
      way === 'down' ? `down.${block}.` : `up.${levels - 1 - Number(block)}.`,
    )
    .replace('downsamplers.0', 'downsample')
    .replace('upsamplers.0', 'upsample')
    .replace(/mid_block\.resnets\.(\d)/, (_, index: string) => `mid.block_${Number(index) + 1}`)
    .replace(/resnets\.(\d)/, 'block.$1')
    .replace(/mid_block\.attentions\.0\.(.+)/, (_, inner: string) => `mid.attn_1.${ATTENTION[inner]}`)
    .replace('conv_norm_out', 'norm_out')
    .replace(/[^.]+$/, (last) => RESNET[last] ?? last);
  return `${renamed}.${part}`;
}

function splitLast(name: string): [module: string, part: string] {
  const dot = name.lastIndexOf('.');
  return [name.slice(0, dot), name.slice(dot + 1)];
}

/** The bytes of a safetensors file: tensors by name, the header padded as the reference writer pads it. */
function safetensors(
  tensors: ReadonlyMap<string, Tensor>,
  dtype: Conversion['dtype'],
  metadata: Readonly<Record<string, string>>,
): Buffer {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [name, { shape, values }] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const array = dtype === 'F32' ? Float32Array.from(values) : Uint16Array.from(values, encodeF16);
    header[name] = { dtype, shape, data_offsets: [at, at + array.byteLength] };
    parts.push(new Uint8Array(array.buffer));
    at += array.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const text = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...parts]);
}
