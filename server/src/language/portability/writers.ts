import { type RunWriter, shortWeight } from './flatten';

const escapeRound = (text: string): string => text.replace(/[()]/g, '\\$&');

/** ComfyUI and krita: round brackets only; an explicit weight is absolute, which one level of brackets is anyway. */
export const COMFY_WRITER: RunWriter = {
  escape: escapeRound,
  weighted: (text, weight) => `(${text}:${shortWeight(weight)})`,
};

/** SwarmUI: brackets as in the web UI, breaks as a tag. */
export const SWARM_WRITER: RunWriter = {
  escape: (text) => text.replace(/[()[\]]/g, '\\$&'),
  weighted: (text, weight) => `(${text}:${shortWeight(weight)})`,
  chunkBreak: '<break>',
};

/** InvokeAI: compel's form, the weight after the brackets. A `+` or `-` that ends a word would be a weight. */
export const COMPEL_WRITER: RunWriter = {
  escape: (text) => text.replace(/[()"]/g, '\\$&'),
  weighted: (text, weight) => `(${text})${shortWeight(weight)}`,
};
