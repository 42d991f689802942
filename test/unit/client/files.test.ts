import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { surplus } from '../../../client/src/preview/fileNames';
import { isInside, prune } from '../../../client/src/preview/files';

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
