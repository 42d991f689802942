import { type Kind, textKind } from '../kind';
import { parseStableCanvas } from './parse';

/** Trees as the npm package sd-webui-a1111-prompt-parser builds them. */
export const STABLECANVAS_KINDS: readonly Kind[] = [
  textKind(
    'a1111_js_ast',
    (text, options) => parseStableCanvas(text, options.force === true) ?? { error: 'throws' },
  ),
];
