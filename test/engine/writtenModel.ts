import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Network } from '../../server/src/engine/graph/network';
import { clipText } from '../../server/src/engine/graph/networks/clipText';
import { unet } from '../../server/src/engine/graph/networks/unet';
import { vaeDecoder } from '../../server/src/engine/graph/networks/vae';
import { loadModel } from '../../server/src/engine/model/load';
import type { TextEncoderConfig, UnetConfig, VaeConfig } from '../../server/src/formats/checkpoint';
import { store } from '../unit/engine/graph/weights';
import { DEMO, OPTIONS } from './support';

/** Networks whose numbers follow from their names, as tools/graph-golden/weights.py makes them. */
export interface WrittenNetworks {
  readonly unet: UnetConfig;
  readonly text: TextEncoderConfig;
  /** The built-in model's, where it is left out. */
  readonly vae?: VaeConfig;
  readonly scalingFactor?: number;
}

/** Writes a model's folder, with the built-in model's words. */
export function writeModel(folder: string, { unet: denoiser, text, vae, scalingFactor }: WrittenNetworks) {
  const written = /[\\/](?:unet|text_encoder)$/;
  cpSync(DEMO, folder, { recursive: true, filter: (file) => !written.test(file) });
  writeNetwork(folder, 'unet', unet, denoiser, {
    block_out_channels: denoiser.channels,
    attention_head_dim: denoiser.heads,
    norm_num_groups: denoiser.groups,
    ...(denoiser.guidance !== undefined && { time_cond_proj_dim: denoiser.guidance }),
  });
  writeNetwork(folder, 'text_encoder', clipText, text, {
    num_attention_heads: text.heads,
    hidden_act: text.activation,
  });
  if (vae) writeNetwork(folder, 'vae_decoder', vaeDecoder, vae, { scaling_factor: scalingFactor });
}

function writeNetwork<Config>(
  folder: string,
  name: string,
  network: Network<Config>,
  config: Config,
  written: object,
): void {
  const own = path.join(folder, name);
  mkdirSync(own, { recursive: true });
  const locate = store(own, 'weights.pb', network.parameters(config));
  writeFileSync(path.join(own, 'model.onnx'), network.write(config, locate));
  writeFileSync(path.join(own, 'config.json'), JSON.stringify(written));
}

/** Opens such a model. */
export async function openWritten(folder: string) {
  const loaded = await loadModel({ path: folder }, OPTIONS, undefined);
  if (!loaded.ok) throw new Error(loaded.problem.message);
  return loaded.value!.model;
}
