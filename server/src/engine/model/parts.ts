import type { GraphSource } from '../graph/modelFile';
import type { TokenizerSources } from './tokenizers';

export type JsonObject = Readonly<Record<string, unknown>>;

/** A model ready to be opened, whatever files it comes from: its graphs, and what is known about them. */
export interface ModelParts extends TokenizerSources {
  /** Changes when any of the files does. */
  readonly identity: string;
  readonly unet: GraphSource;
  readonly textEncoder: GraphSource;
  readonly textEncoder2?: GraphSource;
  /** True for SDXL's refiner, whose only text encoder is the second one of the base. */
  readonly isRefiner: boolean;
  readonly vaeDecoder: GraphSource;
  readonly vaeEncoder?: GraphSource;
  /** In diffusers' and transformers' words, where the model says them. */
  readonly config: {
    readonly unet: JsonObject;
    readonly textEncoder: JsonObject;
    readonly textEncoder2: JsonObject;
    readonly vae: JsonObject;
    readonly scheduler: JsonObject;
  };
}

/** A number of a configuration, or the fallback. */
export function numberIn(config: JsonObject, key: string, fallback: number): number {
  const value = config[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : fallback;
}

/** A JSON object from a text; anything else counts as an empty one. */
export function jsonObject(read: () => string): JsonObject {
  try {
    const value: unknown = JSON.parse(read());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
  } catch {
    return {};
  }
}
