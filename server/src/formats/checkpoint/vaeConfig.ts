import { type JsonConfig, numberOf, type VaeConfig, wholeIn } from './config';
import type { TensorTable } from './tensors';

/** What latents are multiplied by, where no configuration says it. */
const SCALING = { sd: 0.18215, sdxl: 0.13025 };
const GROUPS = 32;

/**
 * The configuration of an autoencoder by the shapes of its decoder's weights, named as diffusers names them. `forSdxl`:
 * the latents are SDXL's, which no shape tells. Undefined where there is no decoder.
 */
export function vaeConfigOf(
  weights: TensorTable,
  forSdxl: boolean,
  config: JsonConfig = {},
): VaeConfig | undefined {
  const shape = (name: string) => weights.get(`${name}.weight`)?.shape;
  const entrance = shape('decoder.conv_in');
  if (!entrance) return undefined;
  const channels: number[] = [];
  for (let block = 0; ; block++) {
    const conv = shape(`decoder.up_blocks.${block}.resnets.0.conv1`);
    if (!conv) break;
    channels.unshift(conv[0]!);
  }
  let resnets = 0;
  while (shape(`decoder.up_blocks.0.resnets.${resnets}.conv1`)) resnets++;
  if (channels.length === 0 || resnets < 2) return undefined;
  return {
    channels,
    layersPerBlock: resnets - 1,
    latentChannels: entrance[1]!,
    groups: wholeIn(config, 'norm_num_groups') ?? GROUPS,
    hasQuantConv: shape('post_quant_conv') !== undefined,
    hasEncoder: shape('encoder.conv_in') !== undefined,
    scalingFactor: numberOf(config, 'scaling_factor') ?? (forSdxl ? SCALING.sdxl : SCALING.sd),
    shiftFactor: numberOf(config, 'shift_factor') ?? 0,
  };
}
