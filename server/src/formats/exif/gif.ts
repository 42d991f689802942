import { concatBytes } from '../png/chunks';

const EXTENSION = 0x21;
const COMMENT = 0xfe;
const IMAGE = 0x2c;
const HEADER_BYTES = 13;

/**
 * The first comment of a GIF file: all parts of its first comment extension. The blocks are walked from the header on, so
 * that a palette or pixels with the same bytes are no comment.
 */
export function readGifComment(bytes: Uint8Array): Uint8Array | undefined {
  let at = HEADER_BYTES + paletteBytes(bytes[10]);
  while (at < bytes.length) {
    if (bytes[at] === EXTENSION) {
      const parts = subBlocks(bytes, at + 2);
      if (bytes[at + 1] === COMMENT) return concatBytes(parts.blocks);
      at = parts.end;
    } else if (bytes[at] === IMAGE) {
      // Descriptor of ten bytes, palette, one byte of code size, then the pixels.
      at = subBlocks(bytes, at + 10 + paletteBytes(bytes[at + 9]) + 1).end;
    } else return undefined;
  }
  return undefined;
}

/** The size of the colour table that a packed field announces. */
function paletteBytes(packed = 0): number {
  return packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0;
}

function subBlocks(bytes: Uint8Array, start: number): { blocks: Uint8Array[]; end: number } {
  const blocks: Uint8Array[] = [];
  let at = start;
  for (let length = bytes[at]; length; length = bytes[at]) {
    blocks.push(bytes.subarray(at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { blocks, end: at + 1 };
}
