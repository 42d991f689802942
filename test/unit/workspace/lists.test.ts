import { describe, expect, it } from 'vitest';
import { listEmbeddings } from '../../../server/src/workspace/embeddings';
import { parseStyles } from '../../../server/src/workspace/styles';
import { readWildcards } from '../../../server/src/workspace/wildcards';
import { memoryFiles } from './memoryFiles';

describe('styles.csv', () => {
  it.each([
    [
      'name,prompt,negative_prompt\nA,"a, {prompt}",b\n',
      [{ name: 'A', prompt: 'a, {prompt}', negativePrompt: 'b' }],
    ],
    [
      '\ufeffname,prompt,negative_prompt\r\nA,x,\r\nB,"q ""r""\nnext",y',
      [
        { name: 'A', prompt: 'x', negativePrompt: '' },
        { name: 'B', prompt: 'q "r"\nnext', negativePrompt: 'y' },
      ],
    ],
    ['name,text\nOld,words', [{ name: 'Old', prompt: 'words', negativePrompt: '' }]],
    ['', []],
    ['a,b\n1,2', []],
    ['name,prompt\n,skipped\nB,"unclosed', [{ name: 'B', prompt: 'unclosed', negativePrompt: '' }]],
  ])('%j', (text, expected) => {
    expect(parseStyles(text)).toEqual(expected);
  });
});

describe('wildcards', () => {
  it('are named by path, and by key inside YAML', async () => {
    const files = memoryFiles({
      '/w/colors.txt': 'red',
      '/w/hair/long.txt': 'x',
      '/w/notes.md': '',
      '/w/pack.yaml': 'clothes:\n  hat: [a, b]\n  shoe:\n    - c\nanimal: [cat]\n',
      '/w/broken.yaml': '{[',
      '/v/more.txt': '',
    });
    expect((await readWildcards(files, ['/w', '/v'])).map(({ name }) => name).sort()).toEqual([
      'animal',
      'clothes/hat',
      'clothes/shoe',
      'colors',
      'hair/long',
      'more',
    ]);
  });
});

describe('embeddings', () => {
  it('are named by their stem; pictures beside a file are its preview', async () => {
    const files = memoryFiles({
      '/e/EasyNegative.safetensors': '',
      '/e/EasyNegative.preview.png': '',
      '/e/bad.png': '',
      '/e/bad.pt': '',
      '/e/sub/v1.5.pt': '',
      '/e/readme.txt': '',
    });
    expect(await listEmbeddings(files, ['/e'])).toEqual([
      { name: 'EasyNegative', path: '/e/EasyNegative.safetensors' },
      { name: 'bad', path: '/e/bad.pt' },
      { name: 'v1.5', path: '/e/sub/v1.5.pt' },
    ]);
  });
});
