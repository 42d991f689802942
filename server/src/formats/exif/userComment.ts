/**
 * The value of Exif's UserComment, where the web UI keeps its parameters in JPEG and WebP files. Eight bytes name the
 * encoding; `UNICODE` is UTF-16 of either byte order, whatever the order of the rest.
 *
 * @param isLittle the byte order of the Exif data
 */
export function decodeComment(bytes: Uint8Array, isLittle: boolean): string {
  const encoding = String.fromCharCode(...bytes.subarray(0, 8)).replace(/[\0 ]+$/, '');
  const body = bytes.subarray(8);
  const text =
    encoding === 'UNICODE' || encoding === 'Unicode'
      ? decodeUnicode(body, isLittle)
      : new TextDecoder().decode(encoding === 'ASCII' || encoding === '' ? body : bytes);
  return text.replace(/\0+$/, '');
}

/** Some programs write UTF-8 behind `UNICODE`: an odd length, or no zero byte in a text of plain letters. */
function decodeUnicode(body: Uint8Array, isLittle: boolean): string {
  if (!body.includes(0) && isPlainJson(body)) return new TextDecoder().decode(body);
  return new TextDecoder(isLittleEndian(body, isLittle) ? 'utf-16le' : 'utf-16be').decode(body);
}

function isPlainJson(body: Uint8Array): boolean {
  return body.length > 1 && body.subarray(0, 64).every((byte) => byte >= 0x09 && byte < 0x7f);
}

/** The zeros of plain letters tell the order; a text without any is taken as big endian, which most programs write. */
function isLittleEndian(body: Uint8Array, fallback: boolean): boolean {
  if (body[0] === 0xff && body[1] === 0xfe) return true;
  if (body[0] === 0xfe && body[1] === 0xff) return false;
  const zeros = [0, 0];
  for (let i = 0; i < body.length; i++) if (body[i] === 0) zeros[i % 2]!++;
  if (zeros[0] !== zeros[1]) return zeros[1]! > zeros[0]!;
  return zeros[0]! > 0 && fallback;
}
