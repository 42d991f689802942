import { failure, type Result, success } from '../shared/problem';
import { readPictureText } from './pictureText';
import type { Decompress } from './png';

/**
 * The block a picture was made from: the web UI's text.
 *
 * @param name the picture as its user calls it
 * Errors: `no-prompt-in-picture`.
 */
export function pictureBlock(bytes: Uint8Array, name: string, inflate: Decompress): Result<string> {
  const { parameters, texts } = readPictureText(bytes, inflate);
  if (parameters?.trim()) return success(parameters.replace(/\r\n?/g, '\n').trim());
  return 'workflow' in texts || 'prompt' in texts
    ? failure(
        'no-prompt-in-picture',
        `${name} carries a ComfyUI workflow, not a prompt text.`,
        'Open it in ComfyUI and copy the texts of its prompt nodes.',
      )
    : failure(
        'no-prompt-in-picture',
        `${name} carries no prompt text.`,
        'Take the original PNG, JPEG or WebP file: messengers and editors remove the text.',
      );
}
