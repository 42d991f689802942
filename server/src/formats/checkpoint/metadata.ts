import type { JsonConfig } from './config';

/** The key of a safetensors file's metadata under which a checkpoint keeps what its shapes do not tell. */
export const CONFIG_KEY = 'sdprompt.config';

/** Configurations by the folder diffusers keeps them in, and the tokenizer's merges. Every part may be missing. */
export interface EmbeddedConfig {
  readonly unet: JsonConfig;
  readonly text_encoder: JsonConfig;
  readonly text_encoder_2: JsonConfig;
  readonly vae: JsonConfig;
  readonly scheduler: JsonConfig;
  /** Text of `merges.txt`, for a tokenizer that is not CLIP's. */
  readonly merges?: string;
}

/** Reads the configurations a checkpoint carries in its metadata; what is no JSON object counts as nothing. */
export function embeddedConfig(metadata: Readonly<Record<string, string>>): EmbeddedConfig {
  const whole = parsed(metadata[CONFIG_KEY]);
  const part = (name: string) => objectOr(whole[name]);
  return {
    unet: part('unet'),
    text_encoder: part('text_encoder'),
    text_encoder_2: part('text_encoder_2'),
    vae: part('vae'),
    scheduler: part('scheduler'),
    ...(typeof whole.merges === 'string' && { merges: whole.merges }),
  };
}

function parsed(text: string | undefined): JsonConfig {
  if (text === undefined) return {};
  try {
    return objectOr(JSON.parse(text));
  } catch {
    return {};
  }
}

function objectOr(value: unknown): JsonConfig {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonConfig) : {};
}
