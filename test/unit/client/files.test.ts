import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { numbered, pictureName, surplus } from '../../../client/src/preview/fileNames';
import { isInside, newPicturePath, prune } from '../../../client/src/preview/files';

const NOW = new Date(2025, 0, 31, 17, 45, 2);

describe('a picture’s name', () => {
  it.each([
    ['a red house, in a Meadow', 42, '20250131-174502-a-red-house-in-a-meadow-42.png'],
    ['<lora:hat:1>, 1girl', 1, '20250131-174502-1girl-1.png'],
    ['1个女孩,单独', 7, '20250131-174502-1个女孩-单独-7.png'],
    ['../../etc/passwd', 0, '20250131-174502-etc-passwd-0.png'],
    ['\u0000:*?"<>|', 0, '20250131-174502-picture-0.png'],
    ['', 0, '20250131-174502-picture-0.png'],
    [`${'word '.repeat(40)}`, 0, '20250131-174502-word-word-word-word-word-word-word-word-0.png'],
  ])('%j', (title, seed, name) => {
    expect(pictureName(NOW, title, seed)).toBe(name);
  });

  it('takes a number when it is taken', () => {
    expect([1, 2, 3].map((n) => numbered('a.b.png', n))).toEqual(['a.b.png', 'a.b-2.png', 'a.b-3.png']);
  });
});

describe('what is cleared away', () => {
  const names = ['20250101-000000-a-1.png', '20250103-000000-c-1.png', '20250102-000000-b-1.png'];
  it('is the oldest, of our own pictures only', () => {
    expect(surplus([...names, 'holiday.png', 'notes.txt'], 2)).toEqual(['20250101-000000-a-1.png']);
    expect(surplus(names, 3)).toEqual([]);
  });
});

describe('the folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'pictures-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is made, and no picture in it is overwritten', async () => {
    const made = path.join(folder, 'new', 'deep');
    const first = await newPicturePath(made, 'house', 1, NOW);
    await writeFile(first, '');
    const second = await newPicturePath(made, 'house', 1, NOW);
    expect(path.basename(second)).toBe('20250131-174502-house-1-2.png');
  });

  it('keeps its newest pictures', async () => {
    for (let n = 0; n < 203; n += 1) {
      await writeFile(path.join(folder, `20250101-${String(n).padStart(6, '0')}-a-1.png`), '');
    }
    await writeFile(path.join(folder, 'mine.png'), '');
    await prune(folder);
    const left = (await readdir(folder)).sort();
    expect(left.length).toBe(201);
    expect(left[0]).toBe('20250101-000003-a-1.png');
    expect(left).toContain('mine.png');
  });

  it('decides what lies inside it', () => {
    const inside = path.join(folder, 'a.png');
    expect(isInside([folder], inside)).toBe(true);
    expect(isInside(['/elsewhere', folder], inside)).toBe(true);
    expect(isInside([folder], folder)).toBe(false);
    expect(isInside([folder], path.join(folder, '..', 'a.png'))).toBe(false);
    expect(isInside([folder], `${folder}-other/a.png`)).toBe(false);
    expect(isInside([folder], 'a.png')).toBe(false);
  });
});
