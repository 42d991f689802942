import { readFile, stat } from 'node:fs/promises';
import * as path from 'node:path';
import { MAX_PICTURE_BYTES } from './limits';

const TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
};

/**
 * Markdown that shows a picture file. The picture travels inside the text: a client on another machine could not open
 * the path. Undefined when it is too large, not a picture or not there.
 */
export async function pictureMarkdown(file: string | undefined): Promise<string | undefined> {
  const type = file && TYPES[path.extname(file).toLowerCase()];
  if (!type) return undefined;
  try {
    if ((await stat(file)).size > MAX_PICTURE_BYTES) return undefined;
    const data = (await readFile(file)).toString('base64');
    return `![preview](data:${type};base64,${data}|height=180)`;
  } catch {
    return undefined;
  }
}
