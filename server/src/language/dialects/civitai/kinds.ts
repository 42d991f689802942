import { type Kind, textKind } from '../kind';
import { readCivitaiInfotext } from './infotext';

/** Infotexts as Civitai reads them. */
export const CIVITAI_KINDS: readonly Kind[] = [
  textKind('infotext_civitai', (text) => readCivitaiInfotext(text)),
];
