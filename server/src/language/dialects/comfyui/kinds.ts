import { jsonRuns, type Kind, textKind } from '../kind';
import { comfyTokenWeights } from './tokenWeights';

/** Attention weights as ComfyUI reads them. */
export const COMFYUI_KINDS: readonly Kind[] = [
  textKind('comfyui_token_weights', (text) => jsonRuns(comfyTokenWeights(text))),
];
