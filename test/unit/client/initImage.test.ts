import { describe, expect, it } from 'vitest';
import { initImageEdit } from '../../../client/src/preview/initImage';

function edited(document: string, line: number, name = 'a.png'): string {
  const edit = initImageEdit(document, line, name);
  const lines = document.split('\n');
  const text = lines[edit.line]!;
  lines[edit.line] = text.slice(0, edit.start) + edit.newText + text.slice(edit.end);
  return lines.join('\n');
}

describe('a block that is to start from a picture', () => {
  it.each([
    ['gets a line', 'a cat', 'a cat\nInit image: a.png'],
    ['keeps its empty lines behind it', 'a cat\n\n', 'a cat\nInit image: a.png\n\n'],
    ['gets a pair more', 'a cat\nSteps: 3, Seed: 1', 'a cat\nSteps: 3, Seed: 1, Init image: a.png'],
    ['behind a comma too', 'a cat\nSteps: 3,', 'a cat\nSteps: 3, Init image: a.png'],
    ['gets another picture', 'a cat\nInit image: b.png, Steps: 3', 'a cat\nInit image: a.png, Steps: 3'],
    [
      'also behind a quoted name',
      'a cat\nSteps: 3, Init image: "x, y: \\"z.png", Seed: 1',
      'a cat\nSteps: 3, Init image: a.png, Seed: 1',
    ],
    ['is not taken in by words', 'an image: cat', 'an image: cat\nInit image: a.png'],
    ['may be empty', '', 'Init image: a.png'],
  ])('%s', (_, before, after) => {
    expect(edited(before, 0)).toBe(after);
  });

  it('is the one at the line, and no other', () => {
    const document = 'a cat\nSteps: 1\n---\na dog\nSteps: 2\n---\na bird';
    expect(edited(document, 3)).toBe(document.replace('Steps: 2', 'Steps: 2, Init image: a.png'));
    expect(edited(document, 0)).toBe(document.replace('Steps: 1', 'Steps: 1, Init image: a.png'));
    expect(edited(document, 6)).toBe(`${document}\nInit image: a.png`);
  });

  it('quotes a name that needs it', () => {
    expect(edited('a cat', 0, 'b, c.png')).toBe('a cat\nInit image: "b, c.png"');
  });
});
