import { jsonRuns, type Kind, textKind } from '../kind';
import { strictAttention, strictConjunction } from './strict';

/** Attention weights and `AND` as the strict forks of the web UI read them. */
export const FORK_KINDS: readonly Kind[] = [
  textKind('attention_fork_strict', (text) => {
    const runs = strictAttention(text);
    return runs === undefined ? { error: 'ValueError' } : jsonRuns(runs);
  }),
  textKind('multicond_fork_strict', (text) => jsonRuns(strictConjunction(text))),
];
