/**
 * Which part of the pipeline a module belongs to. `unet` is the denoiser whatever its kind; `te` is a text encoder of
 * a program with one (or one that does not count), `te1` … are numbered as their trainers number them.
 */
export type LoraComponent = 'unet' | 'te' | 'te1' | 'te2' | 'te3';

export interface SplitPrefix {
  /** As written, `''` when there is none. */
  readonly prefix: string;
  readonly component: LoraComponent;
  /** Module text: underscores or dots, as the writer has it. */
  readonly module: string;
}

/** Longest first within one beginning; the most common first of all. */
const PREFIXES: readonly (readonly [prefix: string, component: LoraComponent])[] = [
  ['lora_unet__', 'unet'],
  ['lora_unet_', 'unet'],
  ['lora_prior_unet_', 'unet'],
  ['lora_prior_te_', 'te'],
  ['lora_transformer_', 'unet'],
  ['lora_te1_', 'te1'],
  ['lora_te2_', 'te2'],
  ['lora_te3_', 'te3'],
  ['lora_te_', 'te'],
  ['oft_unet_', 'unet'],
  ['oft_te1_', 'te1'],
  ['oft_te2_', 'te2'],
  ['oft_te_', 'te'],
  ['lycoris_unet_', 'unet'],
  ['lycoris_te1_', 'te1'],
  ['lycoris_te2_', 'te2'],
  ['lycoris_te_', 'te'],
  ['lycoris_', 'unet'],
  ['base_model.model.', 'unet'],
  ['model.diffusion_model.', 'unet'],
  ['diffusion_model.', 'unet'],
  ['text_encoders.clip_l.transformer.', 'te1'],
  ['text_encoders.clip_g.transformer.', 'te2'],
  ['text_encoders.t5xxl.transformer.', 'te3'],
  ['text_encoders.clip_h.transformer.', 'te'],
  ['text_encoder_2.', 'te2'],
  ['text_encoder_3.', 'te3'],
  ['text_encoder.', 'te1'],
  ['text_conditioner.', 'unet'],
  ['conditional_transformer.', 'unet'],
  ['transformer.', 'unet'],
  ['net.', 'unet'],
  ['prior.', 'unet'],
  ['unet.', 'unet'],
  ['clip_l.', 'te1'],
  ['clip_g.', 'te2'],
  ['clip_h.', 'te'],
  ['t5.', 'te3'],
];

/** Prefixes whose module text has its dots replaced: only these may carry a bare `.weight` (IA3). */
const FLAT_PREFIX = /^(?:lora|oft|lycoris)_/;

export function isFlatPrefix(prefix: string): boolean {
  return FLAT_PREFIX.test(prefix);
}

/** Splits the component prefix off a key that has lost its suffix. Never fails: no prefix means the denoiser. */
export function splitPrefix(stem: string): SplitPrefix {
  let prefix = '';
  let component: LoraComponent | undefined;
  let rest = stem;
  // PEFT wraps another program's prefix, so a dotted prefix may be followed by a second one.
  for (let found = findPrefix(rest); found; found = findPrefix(rest)) {
    prefix += found[0];
    component = found[1];
    rest = rest.slice(found[0].length);
    if (found[0] !== 'base_model.model.') break;
  }
  if (component === undefined || component === 'unet') {
    // Wrappers name nothing: a CLIP module says itself what it is.
    if (/^(?:transformer[._])?text_model[._]/.test(rest)) component = 'te';
  }
  return { prefix, component: component ?? 'unet', module: rest };
}

function findPrefix(text: string): readonly [string, LoraComponent] | undefined {
  return PREFIXES.find(([prefix]) => text.startsWith(prefix));
}
