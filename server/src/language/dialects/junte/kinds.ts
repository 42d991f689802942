import { type Kind, textKind } from '../kind';
import { readLenientNumber } from './number';
import { formatLenient, lenientSummary, parseLenient } from './parse';

/** The tolerant Go parser and formatter of junte/stable-diffusion-prompt-parser. */
export const JUNTE_KINDS: readonly Kind[] = [
  textKind('lenient_go_number', (text) => readLenientNumber(text) ?? null),
  textKind('lenient_go_parse', (text) => lenientSummary(parseLenient(text))),
  textKind('formatter_go', (text) => formatLenient(parseLenient(text))),
];
