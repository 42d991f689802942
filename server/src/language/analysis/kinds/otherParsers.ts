import { readLenientNumber } from '../../portability/lenient/number';
import { formatLenient, lenientSummary, parseLenient } from '../../portability/lenient/parse';
import { parseStableCanvas } from '../../portability/stablecanvas/parse';
import { type Kind, textKind } from './kind';

/** Other parsers and formatters of the web UI's syntax, which are stricter or more tolerant than the web UI. */
export const OTHER_PARSER_KINDS: readonly Kind[] = [
  textKind(
    'a1111_js_ast',
    (text, options) => parseStableCanvas(text, options.force === true) ?? { error: 'throws' },
  ),
  textKind('lenient_go_number', (text) => readLenientNumber(text) ?? null),
  textKind('lenient_go_parse', (text) => lenientSummary(parseLenient(text))),
  textKind('formatter_go', (text) => formatLenient(parseLenient(text))),
];
