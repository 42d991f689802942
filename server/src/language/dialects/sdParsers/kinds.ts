import { type Kind, textKind } from '../kind';
import { readSdParsersInfotext } from './infotext';

/** Infotexts as the Python package sd-parsers reads them. */
export const SD_PARSERS_KINDS: readonly Kind[] = [
  textKind('infotext_sd_parsers', (text) => readSdParsersInfotext(text) ?? { error: 'ParserError' }),
];
