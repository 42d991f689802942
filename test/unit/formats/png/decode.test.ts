import { readFileSync } from 'node:fs';
import { deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodePng, encodePng } from '../../../../server/src/formats/png';

const folder = new URL('../../../golden/image/', import.meta.url);
const read = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
const { width, height, pictures } = JSON.parse(readFileSync(new URL('png.json', folder), 'utf8')) as {
  width: number;
  height: number;
  pictures: Record<string, number[]>;
};
const inflate = (bytes: Uint8Array) => inflateSync(bytes);

/** A header with another value at an offset of IHDR's data; nothing looks at check sums. */
function withHeader(bytes: Uint8Array, offset: number, value: number): Uint8Array {
  const changed = bytes.slice();
  changed[16 + offset] = value;
  return changed;
}

describe('decodePng', () => {
  it.each(Object.entries(pictures))('reads %s as Pillow does', (name, rgb) => {
    const decoded = decodePng(read(name), inflate);
    if (!decoded.ok) throw new Error(decoded.problem.message);
    expect([decoded.value.width, decoded.value.height]).toEqual([width, height]);
    expect([...decoded.value.rgb]).toEqual(rgb);
  });

  it('reads what encodePng writes', () => {
    const rgb = Uint8Array.from({ length: 9 * 7 * 3 }, (_, i) => (i * i) % 251);
    const bytes = encodePng({ width: 9, height: 7, rgb }, (data) => deflateSync(data));
    const decoded = decodePng(bytes, inflate);
    expect(decoded.ok && decoded.value).toEqual({ width: 9, height: 7, rgb });
  });

  it.each([
    ['no PNG', new Uint8Array(20)],
    ['an interlaced file', withHeader(read('rgb.png'), 12, 1)],
    ['unknown pixels', withHeader(read('rgb.png'), 9, 5)],
    ['a depth that colours do not have', withHeader(read('rgb.png'), 8, 4)],
    ['no width', withHeader(read('rgb.png'), 3, 0)],
    ['more rows than there are', withHeader(read('rgb.png'), 7, 200)],
    ['more than anybody has', withHeader(read('rgb.png'), 0, 255)],
    ['a file that is cut off', read('rgb.png').slice(0, 60)],
  ])('refuses %s', (_, bytes) => {
    expect(decodePng(bytes, inflate)).toMatchObject({ ok: false, problem: { code: 'png-unreadable' } });
  });
});
