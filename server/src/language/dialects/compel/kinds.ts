import { type Kind, textKind } from '../kind';
import { readCompel } from './conjunction';

/** The prompt syntax of compel, which InvokeAI conditions with. */
export const COMPEL_KINDS: readonly Kind[] = [textKind('compel_parse', (text) => readCompel(text))];
