import { describe, expect, it } from 'vitest';
import { MAX_NESTING, MAX_SYNTAX_ERRORS } from '../../../server/src/language/syntax/limits';
import { parse } from '../../../server/src/language/syntax/parse';
import { walkDocument } from '../../../server/src/language/syntax/walk';

/** `code@text` of every error. */
function errors(text: string): string[] {
  return parse(text).errors.map(({ code, range }) => `${code}@${text.slice(range.start, range.end)}`);
}

describe('syntax errors', () => {
  it.each([
    ['a (b', ['unbalanced-bracket@(']],
    ['a [b', ['unbalanced-bracket@[']],
    ['a)) b]', ['unbalanced-bracket@))', 'unbalanced-bracket@]']],
    ['[a (b] c', ['unbalanced-bracket@(']],
    ['([a) b]', ['unbalanced-bracket@[', 'unbalanced-bracket@]']],
    ['(mismatched]', ['unbalanced-bracket@(', 'unbalanced-bracket@]']],
    ['a\n(b\nNegative prompt: c)', ['unbalanced-bracket@(', 'unbalanced-bracket@)']],
    ['\\(a\\] <lora:x(:1> # (', []],
    ['<lora:a, b', ['unclosed-tag@<lora:a']],
    ['<lora:>, <lora::1>', ['empty-tag@<lora:>', 'empty-tag@<lora::1>']],
    ['a\nNegative prompt: b\nNegative prompt: c', ['duplicate-negative@Negative prompt:']],
    ['a\nSteps: 20, fast, Seed: 1,', ['unparsed-parameter@fast']],
  ])('%j', (text, expected) => {
    expect(errors(text)).toEqual(expected);
  });

  it('says what the web UI does with an unclosed tag', () => {
    const message = (text: string) => parse(text).errors[0]?.message;
    expect(message('<lora:a, b')).toContain('leaves it in the prompt as plain text');
    expect(message('<lora:a\n<lora:b:1>')).toContain('up to the next ">"');
    expect(message('<lora:a#b:1>')).toContain('"#" starts a comment');
  });

  it('stops the tree at the nesting cap and says so once', () => {
    const deep = `${'('.repeat(100_000)}a${')'.repeat(100_000)}`;
    const document = parse(deep);
    expect(document.errors.map(({ code }) => code)).toEqual(['nesting-too-deep']);
    expect(document.errors[0]?.range).toEqual({ start: MAX_NESTING, end: MAX_NESTING + 1 });
    let deepest = 0;
    walkDocument(document, (_item, parents) => {
      deepest = Math.max(deepest, parents.length);
    });
    expect(deepest).toBe(MAX_NESTING);
  });

  it('takes a nesting as deep as the cap without complaint', () => {
    expect(errors(`${'['.repeat(MAX_NESTING)}${']'.repeat(MAX_NESTING)}`)).toEqual([]);
  });

  it('keeps no more than so many errors, in order', () => {
    const { errors: kept } = parse('a) '.repeat(5000));
    expect(kept).toHaveLength(MAX_SYNTAX_ERRORS);
    expect(
      kept.every((error, index) => index === 0 || kept[index - 1]!.range.start < error.range.start),
    ).toBe(true);
  });
});
