import { brotliDecompressSync, unzipSync } from 'node:zlib';
import { type PictureText, readPictureText } from '../formats/pictureText';
import { type PicturePrompt, picturePrompt } from '../language/pictures';
import { failure, type Result, success } from '../shared/problem';

/** Bytes that a packed text may unpack to. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;
/** Bytes of pixels that are searched for a hidden text: some 8000x8000 with alpha. */
const MAX_PIXEL_BYTES = 256 * 1024 * 1024;

/**
 * The prompt that a picture was made from, as a block of a prompt file.
 *
 * @param name the picture as its user calls it
 * Errors: `no-prompt-in-picture`.
 */
export function readPicturePrompt(bytes: Uint8Array, name: string): Result<PicturePrompt> {
  const picture = readPictureText(bytes, (packed) => unzipSync(packed, { maxOutputLength: MAX_TEXT_BYTES }), {
    brotli: (packed) => brotliDecompressSync(packed, { maxOutputLength: MAX_TEXT_BYTES }),
    pixels: (packed) => unzipSync(packed, { maxOutputLength: MAX_PIXEL_BYTES }),
  });
  const prompt = picturePrompt(picture.texts);
  return prompt ? success(prompt) : failure('no-prompt-in-picture', ...explain(picture, name));
}

function explain({ kind, texts }: PictureText, name: string): [message: string, remedy: string] {
  if (kind === undefined)
    return [
      `${name} is not a picture of a kind that is read.`,
      'Prompts are read from PNG, JPEG, WebP, GIF, AVIF, HEIF and JPEG XL files.',
    ];
  if ('workflow' in texts || 'prompt' in texts)
    return [
      `${name} holds a ComfyUI graph, in which no sampler with a prompt was found.`,
      'Open the picture in ComfyUI and copy the texts of its prompt nodes.',
    ];
  const found = Object.entries(texts).map(([key, text]) => `${key}: ${excerpt(text)}`);
  return found.length > 0
    ? [
        `${name} holds no prompt that can be read. Its texts are: ${found.join('; ')}.`,
        'If one of these is the prompt, copy it by hand, and report which program wrote the picture.',
      ]
    : [
        `${name} holds no text beside its pixels.`,
        'Many programs and websites leave the texts out when they save or send a picture. Use another copy of it, or write the prompt by hand.',
      ];
}

const EXCERPT = 60;

function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > EXCERPT ? `${line.slice(0, EXCERPT)}…` : line;
}
