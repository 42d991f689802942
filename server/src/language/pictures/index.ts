import { readCivitai } from './civitai';
import { readComfyUi } from './comfyui';
import { readDrawThings } from './drawThings';
import { readEasyDiffusion } from './easyDiffusion';
import { readFooocus } from './fooocus';
import { readInvokeAi } from './invokeai';
import { jsonObject } from './json';
import { readMochi } from './mochi';
import { readNovelAi } from './novelai';
import { type PictureReader, type PictureTexts, recordBlock } from './picture';
import { readSwarmUi } from './swarmui';

/** One reader a program, the more specific before the more general. */
const READERS: readonly PictureReader[] = [
  readSwarmUi,
  readInvokeAi,
  readNovelAi,
  readCivitai,
  readDrawThings,
  readMochi,
  readEasyDiffusion,
  readFooocus,
  readComfyUi,
];

/** Where programs that follow AUTOMATIC1111 keep their text, in the order in which it is looked for. */
const INFOTEXT_KEYS = ['Comment', 'Description', 'ImageDescription', 'XPComment'];

/** The prompt that a picture's texts hold. */
export interface PicturePrompt {
  /** A block of a prompt file. */
  readonly text: string;
  /** The program whose metadata it was translated from; undefined: the text stands there as it is. */
  readonly program?: string;
}

/**
 * The prompt in a picture's texts, translated from what the program wrote. Undefined where no program is recognised.
 * Infotext comes first, as the writer's own words; JSON is never taken for a prompt.
 */
export function picturePrompt(texts: PictureTexts): PicturePrompt | undefined {
  const infotext = plainText(texts.parameters) ?? plainText(texts.UserComment);
  if (infotext !== undefined) return { text: infotext };
  for (const read of READERS) {
    const record = read(texts);
    if (record) return { text: recordBlock(record), program: record.program };
  }
  const text = INFOTEXT_KEYS.map((key) => plainText(texts[key])).find((found) => found && isInfotext(found));
  const comment = text ?? plainText(texts.Comment);
  return comment === undefined || TOOL_COMMENT.test(comment) ? undefined : { text: comment };
}

/** What programs that save pictures put into the comment by themselves. */
const TOOL_COMMENT =
  /^(created (with|by|using)|creator|made (with|by)|edited (with|by)|file source|processed (with|by)|optimi[sz]ed|compressed|lavc|intel\(r\)|software|handbrake|screenshot|\*)/i;

function isInfotext(text: string): boolean {
  return /(^|\n)\s*(Negative prompt:|Steps:\s*\d)/.test(text);
}

function plainText(text: string | undefined): string | undefined {
  const whole = text
    ?.replace(/\r\n?/g, '\n')
    .replace(/^\ufeff/, '')
    .trim();
  if (!whole || jsonObject(whole) || /^(prompt|workflow)\s*:\s*\{/i.test(whole)) return undefined;
  return whole;
}
