import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

/** What a PNG holds, as far as tests compare pictures. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Eight bits each, row by row. */
  readonly rgb: Uint8Array;
  readonly sha256: string;
  /** Value of the `parameters` chunk. */
  readonly parameters?: string;
}

/** Reads a PNG. Written out here, so that the product's own encoder is not its own witness. */
export function readPicture(file: string): Picture {
  const bytes = readFileSync(file);
  if (bytes.toString('latin1', 1, 4) !== 'PNG') throw new Error(`${file} is not a PNG.`);
  const data: Buffer[] = [];
  let parameters: string | undefined;
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const body = bytes.subarray(at + 8, at + 8 + length);
    if (type === 'IDAT') data.push(body);
    if ((type === 'tEXt' || type === 'iTXt') && body.toString('latin1').startsWith('parameters\0')) {
      parameters = body.subarray(type === 'tEXt' ? 11 : 15).toString(type === 'tEXt' ? 'latin1' : 'utf8');
    }
    at += 12 + length;
  }
  const width = bytes.readUInt32BE(16);
  if (bytes[24] !== 8 || bytes[25] !== 2) throw new Error(`${file} is not 8 bit RGB.`);
  const rgb = unfilter(inflateSync(Buffer.concat(data)), width * 3);
  return {
    width,
    height: bytes.readUInt32BE(20),
    rgb,
    sha256: createHash('sha256').update(rgb).digest('hex'),
    ...(parameters !== undefined && { parameters }),
  };
}

/** Undoes the filters of the PNG specification, section 9. */
function unfilter(lines: Buffer, stride: number): Uint8Array {
  const rows = lines.length / (stride + 1);
  const out = new Uint8Array(rows * stride);
  for (let y = 0; y < rows; y += 1) {
    const filter = lines[y * (stride + 1)]!;
    for (let x = 0; x < stride; x += 1) {
      const at = y * stride + x;
      const left = x >= 3 ? out[at - 3]! : 0;
      const up = y > 0 ? out[at - stride]! : 0;
      const corner = x >= 3 && y > 0 ? out[at - stride - 3]! : 0;
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      out[at] = (lines[y * (stride + 1) + 1 + x]! + predicted) & 255;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const distances = [left, up, corner].map((value) => Math.abs(estimate - value));
  const nearest = Math.min(...distances);
  return [left, up, corner][distances.indexOf(nearest)]!;
}
