import { readCompel } from '../../portability/compel/conjunction';
import { type Kind, textKind } from './kind';

/** The prompt syntax of compel, which InvokeAI conditions with. */
export const COMPEL_KINDS: readonly Kind[] = [textKind('compel_parse', (text) => readCompel(text))];
