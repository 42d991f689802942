import { jsonRuns, type Kind, textKind } from '../kind';
import { sdcppAttention } from './attention';

/** Attention weights as stable-diffusion.cpp reads them. */
export const SDCPP_KINDS: readonly Kind[] = [
  textKind('sdcpp_attention', (text) => {
    const runs = sdcppAttention(text);
    return runs === undefined ? { error: 'stof' } : jsonRuns(runs);
  }),
];
