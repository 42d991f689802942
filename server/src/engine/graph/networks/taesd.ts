import type { Scope } from '../builder';
import { conv, upsample } from '../layers';
import { network } from '../network';
import type { Value } from '../nodes';

/** What tells one AutoencoderTiny from another. */
export interface TinyShape {
  /** Channels of every inner layer. */
  readonly channels: number;
  readonly latentChannels: number;
  /** Residual blocks at each resolution, from the picture's down. */
  readonly blocks: readonly number[];
}

/** TAESD and its like for SDXL. */
export const TAESD: TinyShape = { channels: 64, latentChannels: 4, blocks: [1, 3, 3, 3] };

const RGB = 3;

/** The decoder of AutoencoderTiny: `latent_sample`, scaled as the UNet knows latents, to `sample`, −1 … 1. */
export const tinyDecoder = network<TinyShape>((graph, { channels, latentChannels, blocks }) => {
  const { root } = graph;
  const decoder = root.module('decoder');
  const layer = layersOf(decoder);
  const latents = graph.input('latent_sample', 'float', [
    'batch',
    latentChannels,
    'latent_height',
    'latent_width',
  ]);
  // Latents far out are pulled in softly: 3 · tanh(x / 3).
  const three = decoder.floats([3]);
  const soft = decoder.op('Tanh', [decoder.op('Div', [latents, three])]);
  let x = decoder.op('Mul', [soft, three]);
  x = conv(layer(), x, latentChannels, channels, { kernel: 3 });
  x = layer().op('Relu', [x]);
  [...blocks].reverse().forEach((count, index) => {
    for (let block = 0; block < count; block++) x = tinyBlock(layer(), x, channels);
    const isLast = index === blocks.length - 1;
    if (!isLast) x = upsample(layer(), x);
    x = conv(layer(), x, channels, isLast ? RGB : channels, { kernel: 3, bias: isLast });
  });
  const doubled = decoder.op('Mul', [x, decoder.floats([2])]);
  const sample = decoder.op('Sub', [doubled, decoder.floats([1])]);
  graph.output('sample', sample, ['batch', RGB, 'height', 'width']);
});

/** The encoder: `sample`, −1 … 1, to `latent_sample`, scaled. */
export const tinyEncoder = network<TinyShape>((graph, { channels, latentChannels, blocks }) => {
  const encoder = graph.root.module('encoder');
  const layer = layersOf(encoder);
  const sample = graph.input('sample', 'float', ['batch', RGB, 'height', 'width']);
  const raised = encoder.op('Add', [sample, encoder.floats([1])]);
  let x = encoder.op('Div', [raised, encoder.floats([2])]);
  blocks.forEach((count, index) => {
    if (index === 0) x = conv(layer(), x, RGB, channels, { kernel: 3 });
    else x = conv(layer(), x, channels, channels, { kernel: 3, stride: 2, bias: false });
    for (let block = 0; block < count; block++) x = tinyBlock(layer(), x, channels);
  });
  x = conv(layer(), x, channels, latentChannels, { kernel: 3 });
  graph.output('latent_sample', x, ['batch', latentChannels, 'latent_height', 'latent_width']);
});

/** Scopes of the layers one after the other, numbered as they come. */
function layersOf(scope: Scope): () => Scope {
  let index = 0;
  return () => scope.module(`layers.${index++}`);
}

/** Three convolutions, and what came in added to what comes out. */
function tinyBlock(scope: Scope, start: Value, channels: number): Value {
  let x = start;
  for (const index of [0, 2, 4]) {
    x = conv(scope.module(`conv.${index}`), x, channels, channels, { kernel: 3 });
    if (index < 4) x = scope.module(`conv.${index + 1}`).op('Relu', [x]);
  }
  return scope.module('fuse').op('Relu', [scope.op('Add', [x, start])]);
}
