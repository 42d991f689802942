import { REASONS, type TensorTable, type Translated } from './tensors';

const IN_ATTENTION: Readonly<Record<string, string>> = {
  norm: 'group_norm',
  q: 'to_q',
  k: 'to_k',
  v: 'to_v',
  proj_out: 'to_out.0',
};

/** Diffusers' own names until 2023. */
const OLD_ATTENTION: Readonly<Record<string, string>> = {
  query: 'to_q',
  key: 'to_k',
  value: 'to_v',
  proj_attn: 'to_out.0',
};

/** True for tensors named as LDM names an autoencoder's. */
export function isLdmVae(tensors: TensorTable): boolean {
  return [...tensors.keys()].some((name) => /^(?:en|de)coder\.(?:mid\.|up\.\d|down\.\d|norm_out)/.test(name));
}

/** Translates an autoencoder's tensors to diffusers' names of today. */
export function translateVae(tensors: TensorTable): Translated {
  const weights: Translated['weights'] = new Map();
  const unused: Translated['unused'] = [];
  const levels =
    1 + Math.max(...[...tensors.keys()].map((name) => Number(/^decoder\.up\.(\d+)\./.exec(name)?.[1] ?? -1)));
  const ldm = isLdmVae(tensors);
  for (const [name, tensor] of tensors) {
    const match = /^((?:en|de)coder\..+|(?:post_)?quant_conv)\.(weight|bias)$/.exec(name);
    const path = match && (ldm ? vaePath(match[1]!, levels) : newPath(match[1]!));
    if (path) weights.set(`${path}.${match[2]}`, tensor);
    else
      unused.push({ name: tensor.source, reason: name.startsWith('loss.') ? REASONS.loss : REASONS.other });
  }
  return { weights, unused };
}

/** Diffusers counts the decoder's blocks from the latents outwards, LDM from the picture inwards. */
function vaePath(ldm: string, levels: number): string | undefined {
  const [side, ...rest] = ldm.split('.') as [string, ...string[]];
  const path = rest.join('.');
  if (path === '' || path === 'conv_in' || path === 'conv_out') return ldm;
  if (path === 'norm_out') return `${side}.conv_norm_out`;
  const level = /^(down|up)\.(\d+)\.(.+)$/.exec(path);
  if (level) {
    const [, way, number, inner] = level as unknown as [string, string, string, string];
    const block = `${side}.${way}_blocks.${way === 'up' ? levels - 1 - Number(number) : number}`;
    if (inner === 'downsample.conv') return `${block}.downsamplers.0.conv`;
    if (inner === 'upsample.conv') return `${block}.upsamplers.0.conv`;
    const resnet = /^block\.(\d+)\.(.+)$/.exec(inner);
    return resnet ? `${block}.resnets.${resnet[1]}.${inResnet(resnet[2]!)}` : undefined;
  }
  const middle = /^mid\.(block|attn)_(\d)\.(.+)$/.exec(path);
  if (!middle) return undefined;
  const [, kind, number, inner] = middle as unknown as [string, string, string, string];
  if (kind === 'block') return `${side}.mid_block.resnets.${Number(number) - 1}.${inResnet(inner)}`;
  const name = IN_ATTENTION[inner];
  return name && `${side}.mid_block.attentions.0.${name}`;
}

function inResnet(ldm: string): string {
  return ldm === 'nin_shortcut' ? 'conv_shortcut' : ldm;
}

function newPath(path: string): string {
  return path.replace(/(\.attentions\.0\.)(\w+)$/, (whole, head: string, name: string) => {
    const renamed = OLD_ATTENTION[name];
    return renamed ? head + renamed : whole;
  });
}
