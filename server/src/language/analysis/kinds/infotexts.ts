import { readCivitaiInfotext } from '../../portability/infotext/civitai';
import { readSdParsersInfotext } from '../../portability/infotext/sdParsers';
import { type Kind, textKind } from './kind';

/** Infotexts as other readers take them apart. */
export const INFOTEXT_KINDS: readonly Kind[] = [
  textKind('infotext_civitai', (text) => readCivitaiInfotext(text)),
  textKind('infotext_sd_parsers', (text) => readSdParsersInfotext(text) ?? { error: 'ParserError' }),
];
