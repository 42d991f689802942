import { comfyTokenWeights } from '../../portability/comfyui/tokenWeights';
import { strictAttention, strictConjunction } from '../../portability/forks/strict';
import { novelaiEmphasis } from '../../portability/novelai/emphasis';
import { sdcppAttention } from '../../portability/sdcpp/attention';
import { jsonRuns, type Kind, textKind } from './kind';

/** Weights as other programs read them. */
export const DIALECT_KINDS: readonly Kind[] = [
  textKind('comfyui_token_weights', (text) => jsonRuns(comfyTokenWeights(text))),
  textKind('sdcpp_attention', (text) => {
    const runs = sdcppAttention(text);
    return runs === undefined ? { error: 'stof' } : jsonRuns(runs);
  }),
  textKind('novelai_emphasis', (text) => jsonRuns(novelaiEmphasis(text))),
  textKind('attention_fork_strict', (text) => {
    const runs = strictAttention(text);
    return runs === undefined ? { error: 'ValueError' } : jsonRuns(runs);
  }),
  textKind('multicond_fork_strict', (text) => jsonRuns(strictConjunction(text))),
];
