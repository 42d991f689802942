import { jsonRuns, type Kind, textKind } from '../kind';
import { novelaiEmphasis } from './emphasis';

/** Attention weights as NovelAI reads them. */
export const NOVELAI_KINDS: readonly Kind[] = [
  textKind('novelai_emphasis', (text) => jsonRuns(novelaiEmphasis(text))),
];
