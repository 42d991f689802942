import { closeSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { createRandom } from './random';

/** A tensor list as trainers write it, and the bytes it speaks of. */
interface TensorList {
  /** Without the braces. */
  readonly json: string;
  readonly bytes: number;
}

/**
 * LoRA files with headers as large as real ones (95 KB for Stable Diffusion 1, 260 KB for SDXL, with training tags) and
 * no data behind them: the files are as long as they should be, and take no room on disk.
 * @returns the header bytes written
 */
export function writeLoras(folder: string, count: number): number {
  const random = createRandom(11);
  const lists = new Map<string, TensorList>();
  const listOf = (isLarge: boolean, rank: number): TensorList => {
    const key = `${isLarge} ${rank}`;
    const list = lists.get(key) ?? (isLarge ? tensorList(SDXL, rank, 2048) : tensorList(SD1, rank, 768));
    lists.set(key, list);
    return list;
  };
  let total = 0;
  for (let i = 0; i < count; i++) {
    const isLarge = random(5) === 0;
    // Most people leave the rank at a power of two; resized files have any.
    const rank = random(50) === 0 ? 3 + random(100) : 4 << random(6);
    const tensors = listOf(isLarge, rank);
    const metadata = trainingMetadata(random, i, isLarge, rank);
    let header = Buffer.from(`{"__metadata__":${JSON.stringify(metadata)},${tensors.json}}`);
    header = Buffer.concat([header, Buffer.alloc((8 - (header.length % 8)) % 8, ' ')]);
    const below = path.join(folder, `style-${i % 40}`);
    mkdirSync(below, { recursive: true });
    const file = openSync(path.join(below, `${nameOf(i)}.safetensors`), 'w');
    writeSync(file, Buffer.from(new BigUint64Array([BigInt(header.length)]).buffer));
    writeSync(file, header);
    ftruncateSync(file, 8 + header.length + tensors.bytes);
    closeSync(file);
    total += header.length;
  }
  return total;
}

const STYLES = ['ink', 'neon', 'pastel', 'noir', 'retro', 'gouache', 'pixel', 'baroque', 'chrome', 'linocut'];
const THINGS = ['city', 'portrait', 'armor', 'forest', 'dress', 'robot', 'ocean', 'cat', 'castle', 'garden'];

/** The name of the file of a number: `neon_castle_v3_01234`. */
export function nameOf(i: number): string {
  const [style, thing] = [STYLES[i % 10]!, THINGS[Math.floor(i / 10) % 10]!];
  return `${style}_${thing}_v${1 + (i % 7)}_${String(i).padStart(5, '0')}`;
}

function trainingMetadata(
  random: (limit: number) => number,
  i: number,
  isLarge: boolean,
  rank: number,
): Record<string, string> {
  const tags: Record<string, number> = { [`${STYLES[i % 10]}${i}`]: 120 };
  for (let tag = 20 + random(300); tag > 0; tag--)
    tags[`${STYLES[tag % 10]} ${THINGS[tag % 7]} ${tag}`] = tag;
  return {
    ss_base_model_version: isLarge ? 'sdxl_base_v1-0' : 'sd_v1',
    ss_output_name: nameOf(i),
    ss_network_module: 'networks.lora',
    ss_network_dim: String(rank),
    ss_network_alpha: String(rank / 2),
    ss_resolution: isLarge ? '(1024, 1024)' : '(512, 512)',
    ss_num_train_images: String(20 + random(400)),
    ss_tag_frequency: JSON.stringify({ '10_concept': tags }),
    ss_bucket_info: JSON.stringify({ buckets: { 0: { resolution: [512, 512], count: random(99) } } }),
    sshs_model_hash: random(2 ** 31)
      .toString(16)
      .padStart(64, 'a'),
  };
}

/** Blocks of attention layers: prefix, channels, transformer layers inside. */
type Shape = readonly (readonly [prefix: string, channels: number, layers: number])[];

const SD1: Shape = [
  ...[320, 640, 1280].flatMap((channels, block) =>
    [0, 1].map((part) => [`lora_unet_down_blocks_${block}_attentions_${part}`, channels, 1] as const),
  ),
  ['lora_unet_mid_block_attentions_0', 1280, 1],
  ...[1280, 640, 320].flatMap((channels, block) =>
    [0, 1, 2].map((part) => [`lora_unet_up_blocks_${block + 1}_attentions_${part}`, channels, 1] as const),
  ),
];
const SDXL: Shape = [
  ...[4, 5].map((block) => [`lora_unet_input_blocks_${block}_1`, 640, 2] as const),
  ...[7, 8].map((block) => [`lora_unet_input_blocks_${block}_1`, 1280, 10] as const),
  ['lora_unet_middle_block_1', 1280, 10],
  ...[0, 1, 2].map((block) => [`lora_unet_output_blocks_${block}_1`, 1280, 10] as const),
  ...[3, 4, 5].map((block) => [`lora_unet_output_blocks_${block}_1`, 640, 2] as const),
];

function tensorList(shape: Shape, rank: number, context: number): TensorList {
  const entries: string[] = [];
  let at = 0;
  const add = (name: string, dims: readonly number[]): void => {
    const end = at + 2 * dims.reduce((size, dim) => size * dim, 1);
    entries.push(`"${name}":{"dtype":"F16","shape":[${dims}],"data_offsets":[${at},${end}]}`);
    at = end;
  };
  const addModule = (name: string, inputs: number, outputs: number): void => {
    add(`${name}.alpha`, []);
    add(`${name}.lora_down.weight`, [rank, inputs]);
    add(`${name}.lora_up.weight`, [outputs, rank]);
  };
  for (const [prefix, channels, layers] of shape) {
    for (let layer = 0; layer < layers; layer++) {
      const block = `${prefix}_transformer_blocks_${layer}`;
      for (const attention of [1, 2]) {
        const width = attention === 1 ? channels : context;
        addModule(`${block}_attn${attention}_to_q`, channels, channels);
        addModule(`${block}_attn${attention}_to_k`, width, channels);
        addModule(`${block}_attn${attention}_to_v`, width, channels);
        addModule(`${block}_attn${attention}_to_out_0`, channels, channels);
      }
      addModule(`${block}_ff_net_0_proj`, channels, channels * 8);
      addModule(`${block}_ff_net_2`, channels * 4, channels);
    }
  }
  for (let layer = 0; layer < 12; layer++) {
    const encoder = `${shape === SD1 ? 'lora_te' : 'lora_te1'}_text_model_encoder_layers_${layer}`;
    for (const part of ['q', 'k', 'v', 'out']) addModule(`${encoder}_self_attn_${part}_proj`, 768, 768);
    addModule(`${encoder}_mlp_fc1`, 768, 3072);
    addModule(`${encoder}_mlp_fc2`, 3072, 768);
  }
  return { json: entries.join(','), bytes: at };
}
