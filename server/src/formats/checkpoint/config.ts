/** A U-Net (UNet2DConditionModel) as its weights' shapes, and what no shape tells, describe it. */
export interface UnetConfig {
  readonly inChannels: number;
  readonly outChannels: number;
  /** Channels of each level, from the full resolution down. */
  readonly channels: readonly number[];
  /** Attention heads of each level. */
  readonly heads: readonly number[];
  /** Transformer depth after each residual block of each level on the way down; 0 is no transformer. */
  readonly down: readonly (readonly number[])[];
  /** The same on the way up, from the lowest level. */
  readonly up: readonly (readonly number[])[];
  /** Transformer depths between the residual blocks in the middle. */
  readonly middle: readonly number[];
  /** Width of the text's hidden states. */
  readonly context: number;
  /** Projections of transformers are linear layers, not 1×1 convolutions. */
  readonly linearProjection: boolean;
  readonly groups: number;
  readonly epsilon: number;
  /** Width of the time embedding, where it is not four times the first level's channels. */
  readonly timeWidth?: number;
  /** SDXL: width of the pooled text, how many numbers of size and crop there are, and the width of each one's waves. */
  readonly addition?: { readonly pooled: number; readonly ids: number; readonly waves: number };
  /** Latent consistency models: width of the guidance embedding. */
  readonly guidance?: number;
}

/** A CLIP text encoder. */
export interface TextEncoderConfig {
  readonly layers: number;
  readonly width: number;
  /** Width of the feed-forward's inner layer. */
  readonly inner: number;
  readonly heads: number;
  readonly vocabulary: number;
  readonly positions: number;
  readonly activation: 'quick_gelu' | 'gelu';
  /** Added to the variance in layer norms. */
  readonly epsilon: number;
  /** Width of the pooled output; absent where the encoder has no projection. */
  readonly projection?: number;
}

/** An autoencoder of the Stable Diffusion family: eight pixels to a latent where there are four levels. */
export interface VaeConfig {
  /** Channels by level, outermost first. */
  readonly channels: readonly number[];
  readonly layersPerBlock: number;
  readonly latentChannels: number;
  readonly groups: number;
  /** False where the latents go in and out without the two 1×1 convolutions. */
  readonly hasQuantConv: boolean;
  readonly hasEncoder: boolean;
  readonly scalingFactor: number;
  readonly shiftFactor: number;
}

/** A JSON object as diffusers and transformers keep beside their weights. */
export type JsonConfig = Readonly<Record<string, unknown>>;

/** A whole number of a configuration, if it has one there. */
export function wholeIn(config: JsonConfig, key: string): number | undefined {
  const value = config[key];
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
}

/** A finite number of a configuration, if it has one there. */
export function numberOf(config: JsonConfig, key: string): number | undefined {
  const value = config[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
