import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodePng, isPng, readPngText } from '../../../../server/src/formats/png';
import { concatBytes, readChunks, SIGNATURE, writeChunk } from '../../../../server/src/formats/png/chunks';

const picture = (width: number, height: number) => ({
  width,
  height,
  rgb: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * i * 7 + (i % 3) * 40) & 0xff),
});
const inflate = (bytes: Uint8Array) => inflateSync(bytes);
const bytes = (text: string) => Buffer.from(text, 'latin1');

/** Undoes PNG's filters, written from the specification. */
function decode(png: Uint8Array): { width: number; height: number; rgb: Uint8Array } {
  const chunks = [...readChunks(png)];
  const header = Buffer.from(chunks[0]!.data);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const raw = inflateSync(
    Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)),
  );
  const stride = width * 3;
  const rgb = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)]!;
    for (let x = 0; x < stride; x++) {
      const a = x >= 3 ? rgb[y * stride + x - 3]! : 0;
      const b = y > 0 ? rgb[(y - 1) * stride + x]! : 0;
      const c = x >= 3 && y > 0 ? rgb[(y - 1) * stride + x - 3]! : 0;
      const p = a + b - c;
      const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
      const paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
      rgb[y * stride + x] = raw[y * (stride + 1) + 1 + x]! + [0, a, b, (a + b) >> 1, paeth][filter]!;
    }
  }
  return { width, height, rgb };
}

describe('PNG', () => {
  it.each([
    [1, 1],
    [5, 3],
    [64, 17],
  ])('gives back the pixels of %d x %d', (width, height) => {
    const original = picture(width, height);
    expect(decode(encodePng(original, deflateSync))).toEqual(original);
  });

  it('is smaller with filters than without on a smooth picture', () => {
    const side = 64;
    const rgb = Uint8Array.from(
      { length: side * side * 3 },
      (_, i) => (Math.floor(i / 3) % side) * 2 + Math.floor(i / side / 3),
    );
    expect(encodePng({ width: side, height: side, rgb }, deflateSync).length).toBeLessThan(
      deflateSync(rgb).length,
    );
  });

  it('has right check sums', () => {
    const png = encodePng({ ...picture(4, 4), text: { parameters: 'a cat' } }, deflateSync);
    let at = SIGNATURE.length;
    for (const { type, data } of readChunks(png)) {
      const wanted = crc32(Buffer.concat([bytes(type), data]));
      expect(Buffer.from(png).readUInt32BE(at + 8 + data.length), type).toBe(wanted);
      at += 12 + data.length;
    }
    expect(at).toBe(png.length);
  });

  it.each([
    ['tEXt', 'masterpiece, café\nSteps: 20'],
    ['iTXt', '1个女孩, 线稿'],
    ['iTXt', 'dash – and “quotes”'],
    ['tEXt', ''],
  ])('keeps a text as %s before the pixels', (type, text) => {
    const png = encodePng({ ...picture(2, 2), text: { parameters: text } }, deflateSync);
    expect([...readChunks(png)].map((chunk) => chunk.type)).toEqual(['IHDR', type, 'IDAT', 'IEND']);
    expect(readPngText(png, inflate)).toEqual({ parameters: text });
  });

  it('writes iTXt as Pillow does: no compression, no language, no translated keyword', () => {
    const png = encodePng({ ...picture(1, 1), text: { parameters: '线' } }, deflateSync);
    const chunk = [...readChunks(png)][1]!;
    expect(Buffer.from(chunk.data)).toEqual(
      Buffer.concat([bytes('parameters\0\0\0\0\0'), Buffer.from('线')]),
    );
  });

  it('reads compressed texts, texts behind the pixels, and the last of two', () => {
    const chunk = (type: string, data: Uint8Array) => writeChunk({ type, data });
    const file = concatBytes([
      SIGNATURE,
      chunk('tEXt', bytes('parameters\0old')),
      chunk('IDAT', new Uint8Array(0)),
      chunk('zTXt', Buffer.concat([bytes('workflow\0\0'), deflateSync(bytes('{"é":1}'))])),
      chunk('iTXt', Buffer.concat([bytes('parameters\0\x01\0zh\0k\0'), deflateSync(Buffer.from('新'))])),
      chunk('iTXt', bytes('broken\0\x01\0\0\0no zlib')),
      chunk('tEXt', bytes('no separator')),
      chunk('IEND', new Uint8Array(0)),
    ]);
    expect(readPngText(file, inflate)).toEqual({ parameters: '新', workflow: '{"é":1}' });
  });

  it('survives files that are cut off or no PNG at all', () => {
    const png = encodePng({ ...picture(3, 3), text: { parameters: 'kept', __proto__x: 'y' } }, deflateSync);
    for (let end = 0; end < png.length; end++)
      expect(() => readPngText(png.subarray(0, end), inflate)).not.toThrow();
    expect(readPngText(bytes('GIF89a'), inflate)).toEqual({});
    expect(isPng(png)).toBe(true);
  });

  it('takes a keyword like __proto__ for a keyword', () => {
    const file = concatBytes([SIGNATURE, writeChunk({ type: 'tEXt', data: bytes('__proto__\0x') })]);
    expect(Object.entries(readPngText(file, inflate))).toEqual([['__proto__', 'x']]);
  });
});
