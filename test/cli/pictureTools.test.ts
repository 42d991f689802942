import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { encodePng } from '../../server/src/formats/png';
import { readPicturePrompt } from '../../server/src/workspace/picturePrompt';

// Pictures that went through the tools people use, read again. A tool that is not installed is skipped by name.
const TEXT = 'a cat, 线稿, <lora:x:0.8>\nNegative prompt: bad\nSteps: 20, Sampler: Euler, Seed: 42';
const folder = mkdtempSync(path.join(tmpdir(), 'sdprompt-pictures-'));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string) => path.join(folder, name);
const run = (program: string, ...args: string[]) => execFileSync(program, args, { stdio: 'pipe', cwd: folder });
const has = (...programs: string[]) =>
  programs.every((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0);
const read = (name: string) => {
  const result = readPicturePrompt(readFileSync(at(name)), name);
  return result.ok ? result.value.text : result.problem.message;
};

const rgb = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7) % 251);
writeFileSync(at('a.png'), encodePng({ width: 64, height: 64, rgb, text: { parameters: TEXT } }, deflateSync));
copyFileSync('test/golden/pictures/usercomment-be.jpg', at('u.jpg'));

describe('pictures after other tools', () => {
  it.skipIf(!has('exiftool'))('exiftool writes UserComment in both byte orders, and keeps the texts of PNG', () => {
    for (const order of ['II', 'MM']) {
      run('exiftool', '-q', '-overwrite_original', `-ExifByteOrder=${order}`, `-UserComment=${TEXT}`, 'u.jpg');
      expect(read('u.jpg')).toBe(TEXT);
    }
    run('exiftool', '-q', '-overwrite_original', '-PNG:Title=x', 'a.png');
    expect(read('a.png')).toBe(TEXT);
  });

  it.skipIf(!has('convert', 'exiftool'))('ImageMagick keeps the texts of PNG, and Exif from JPEG to PNG', () => {
    // ImageMagick 6 does not keep iTXt, in which letters outside Latin-1 stand.
    const plain = TEXT.replace(', 线稿', '');
    writeFileSync(
      at('plain.png'),
      encodePng({ width: 64, height: 64, rgb, text: { parameters: plain } }, deflateSync),
    );
    run('convert', 'plain.png', '-resize', '32x32', 'small.png');
    expect(read('small.png')).toBe(plain);
    run('exiftool', '-q', '-overwrite_original', `-UserComment=${TEXT}`, 'u.jpg');
    run('convert', 'u.jpg', 'from-jpeg.png');
    expect(read('from-jpeg.png')).toBe(TEXT);
    run('convert', 'u.jpg', 'from-jpeg.webp');
    expect(read('from-jpeg.webp')).toBe(TEXT);
  });

  it.skipIf(!has('cwebp', 'exiftool'))('cwebp keeps Exif with -metadata', () => {
    run('exiftool', '-q', '-overwrite_original', `-UserComment=${TEXT}`, 'u.jpg');
    run('cwebp', '-quiet', '-metadata', 'all', 'u.jpg', '-o', 'cwebp.webp');
    expect(read('cwebp.webp')).toBe(TEXT);
  });

  it.skipIf(!has('avifenc', 'exiftool'))('avifenc keeps Exif', () => {
    run('exiftool', '-q', '-overwrite_original', `-UserComment=${TEXT}`, 'u.jpg');
    run('avifenc', '-s', '10', 'u.jpg', 'a.avif');
    expect(read('a.avif')).toBe(TEXT);
  });

  it.skipIf(!has('cjxl', 'djxl', 'exiftool'))('cjxl keeps Exif, djxl gives it back', () => {
    run('exiftool', '-q', '-overwrite_original', `-UserComment=${TEXT}`, 'u.jpg');
    run('cjxl', 'u.jpg', 'a.jxl', '--quiet');
    expect(read('a.jxl')).toBe(TEXT);
    run('djxl', 'a.jxl', 'again.jpg', '--quiet');
    expect(read('again.jpg')).toBe(TEXT);
  });
});
