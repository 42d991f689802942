import { concatBytes, type PngChunk, readChunks } from './chunks';

/** zlib's inflate, passed in: `inflateSync` of Node. May throw on broken data. */
export type Decompress = (bytes: Uint8Array) => Uint8Array;

/** A text as Pillow keeps it: `tEXt` when Latin-1 can hold it, else `iTXt`, not compressed. */
export function writeTextChunk(keyword: string, text: string): PngChunk {
  const head = latin1Bytes(keyword);
  const zero = new Uint8Array(1);
  const simple = latin1Bytes(text);
  if (simple && head) return { type: 'tEXt', data: concatBytes([head, zero, simple]) };
  const utf8 = new TextEncoder();
  return {
    type: 'iTXt',
    data: concatBytes([head ?? utf8.encode(keyword), new Uint8Array(5), utf8.encode(text)]),
  };
}

/**
 * The texts in a PNG file, wherever they stand: tEXt, zTXt and iTXt. The last of several with one keyword counts, as with
 * Pillow. Other files, and texts that are broken, give nothing.
 */
export function readPngText(bytes: Uint8Array, inflate: Decompress): Record<string, string> {
  const texts = new Map<string, string>();
  for (const chunk of readChunks(bytes)) {
    const entry = readTextChunk(chunk, inflate);
    if (entry) texts.set(...entry);
  }
  return Object.fromEntries(texts);
}

function readTextChunk({ type, data }: PngChunk, inflate: Decompress): [string, string] | undefined {
  const end = data.indexOf(0);
  if (end < 1) return undefined;
  const keyword = latin1Text(data.subarray(0, end));
  const rest = data.subarray(end + 1);
  switch (type) {
    case 'tEXt':
      return [keyword, plainText(rest)];
    case 'zTXt': {
      const unpacked = tryInflate(rest.subarray(1), inflate);
      return unpacked && [keyword, plainText(unpacked)];
    }
    case 'iTXt': {
      const language = rest.indexOf(0, 2);
      const translated = language < 0 ? -1 : rest.indexOf(0, language + 1);
      if (translated < 0) return undefined;
      const body = rest.subarray(translated + 1);
      const unpacked = rest[0] === 0 ? body : tryInflate(body, inflate);
      return unpacked && [keyword, new TextDecoder().decode(unpacked)];
    }
    default:
      return undefined;
  }
}

function tryInflate(bytes: Uint8Array, inflate: Decompress): Uint8Array | undefined {
  try {
    return inflate(bytes);
  } catch {
    return undefined;
  }
}

function latin1Bytes(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) return undefined;
    bytes[i] = code;
  }
  return bytes;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Latin-1 as the format has it; many programs write UTF-8 there, and what is valid UTF-8 is hardly ever anything else. */
function plainText(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    return latin1Text(bytes);
  }
}

function latin1Text(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
