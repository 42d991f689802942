export type { Cleaning } from './clean';
export { type ClipTokenizer, createClipTokenizer, type TokenizerFiles } from './clipTokenizer';
