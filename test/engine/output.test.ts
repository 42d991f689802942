import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeJpeg, decodeWebp } from '../../server/src/engine/image';
import { readInitImage } from '../../server/src/engine/jobs/generate/initImage';
import { writePicture } from '../../server/src/engine/jobs/generate/writePicture';
import { readPictureText } from '../../server/src/formats/pictureText';
import { decodePng } from '../../server/src/formats/png';
import { temporaryFolder } from '../unit/engine/support';
import { OPTIONS, planFor, QUIET, renderer } from './support';

const folder = temporaryFolder();
const { engine, render } = renderer(folder);
afterAll(() => engine.unload());

const INFOTEXT = 'a red house, häuser – 一座房子\nNegative prompt: "night"\nSteps: 6, Seed: 42';
const read = (file: string) => readPictureText(readFileSync(file), (data) => inflateSync(data)).parameters;
const far = (left: Uint8Array, right: Uint8Array) =>
  left.reduce((sum, value, i) => sum + Math.abs(value - right[i]!), 0) / left.length;

async function renderTo(name: string, quality?: number, infotext = INFOTEXT) {
  const options = { ...OPTIONS, ...(quality !== undefined && { quality }) };
  return engine.generate(planFor({ infotext }), options, path.join(folder, name), QUIET);
}

describe('JPEG and WebP', () => {
  it.each([
    ['jpg', decodeJpeg],
    ['webp', decodeWebp],
  ] as const)('%s shows the same picture and carries the same text', async (ending, decode) => {
    const png = decodePng((await render()).bytes, (data) => inflateSync(data));
    const outcome = await renderTo(`picture.${ending}`, 95);
    if (outcome.type !== 'done' || !png.ok) throw new Error(JSON.stringify(outcome));
    const { rgb, width, height } = await decode(readFileSync(outcome.result.path));
    expect([width, height]).toEqual([96, 96]);
    expect(far(rgb, png.value.rgb)).toBeLessThan(4);
    expect(read(outcome.result.path)).toBe(INFOTEXT);
  });

  it('lossless WebP is the PNG’s picture to the byte', async () => {
    const png = decodePng((await render()).bytes, (data) => inflateSync(data));
    const outcome = await renderTo('exact.webp', 100);
    if (outcome.type !== 'done' || !png.ok) throw new Error(JSON.stringify(outcome));
    expect((await decodeWebp(readFileSync(outcome.result.path))).rgb).toEqual(png.value.rgb);
  });

  it('are started from as a PNG is', async () => {
    const png = await render();
    const exact = await renderTo('start.webp', 100);
    const lossy = await renderTo('start.jpeg', 95);
    if (exact.type !== 'done' || lossy.type !== 'done') throw new Error('not rendered');
    const from = async (file: string) =>
      (await render({ init: { path: file, strength: 0.5 } })).latentsSha256;
    const expected = await from(png.path);
    expect(await from(exact.result.path)).toBe(expected);
    expect(await from(lossy.result.path)).not.toBe(expected);
    const picture = await readInitImage(lossy.result.path, 64, 32);
    expect(picture.ok && [picture.value.width, picture.value.height]).toEqual([64, 32]);
  });

  it('a JPEG file too small for its text is not written, and the remedy says what to do', async () => {
    const outcome = await renderTo('long.jpg', 80, 'x'.repeat(40_000));
    expect(outcome).toMatchObject({ type: 'failed', problem: { code: 'parameters-too-long' } });
    expect(existsSync(path.join(folder, 'long.jpg'))).toBe(false);
    expect((await renderTo('long.webp', 80, 'x'.repeat(40_000))).type).toBe('done');
  });
});

describe('writing', () => {
  const picture = { width: 2, height: 1, rgb: Uint8Array.of(255, 0, 0, 0, 0, 255) };
  const written = async (file: string) => {
    const result = await writePicture(file, picture, 'text');
    return result.ok ? path.basename(result.value) : result.problem.code;
  };

  it('never replaces a file, also when several are written at once, and leaves nothing beside them', async () => {
    const own = path.join(folder, 'new', 'deep');
    const file = path.join(own, 'a.b.png');
    const names = await Promise.all([written(file), written(file), written(file)]);
    expect(names.sort()).toEqual(['a.b-2.png', 'a.b-3.png', 'a.b.png']);
    expect(readdirSync(own).sort()).toEqual(['a.b-2.png', 'a.b-3.png', 'a.b.png']);
    for (const name of names) expect(read(path.join(own, name))).toBe('text');
  });

  it('says that it cannot write', async () => {
    const blocked = path.join(folder, 'blocked');
    writeFileSync(blocked, '');
    expect(await written(path.join(blocked, 'a.png'))).toBe('image-write');
    mkdirSync(path.join(folder, 'taken.png'));
    expect(await written(path.join(folder, 'taken.png'))).toBe('taken-2.png');
  });
});
