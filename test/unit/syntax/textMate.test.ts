import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KNOWN_PARAMETER_KEYS } from '../../../server/src/language/syntax/parameterKeys';

const folder = new URL('../../../syntaxes/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

describe('the TextMate grammar', () => {
  const grammar = read('sdprompt.tmLanguage.json');

  it('begins a parameter line at the same keys as the parser', () => {
    const { repository } = JSON.parse(grammar) as { repository: { parameters: { begin: string } } };
    const alternatives = /^\^\(\?=\\s\*\(\?:([^)]*)\)/.exec(repository.parameters.begin)?.[1];
    expect(new Set(alternatives?.split('|'))).toEqual(KNOWN_PARAMETER_KEYS);
  });

  it('names every scope as one of this language', () => {
    const names = [...grammar.matchAll(/"name": "([a-z][^"]*\.[^"]*)"/g)].map((match) => match[1]!);
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name) => !name.endsWith('.sdprompt'))).toEqual([]);
  });
});

describe('the language configuration', () => {
  const { wordPattern, comments } = JSON.parse(read('language-configuration.json')) as {
    wordPattern: string;
    comments: { lineComment: string };
  };

  it('comments with #', () => {
    expect(comments.lineComment).toBe('#');
  });

  it.each([
    ['<lora:anime_outline.V4-16:1>', ['lora', 'anime_outline.V4-16', '1']],
    ['1个女孩,单独', ['1个女孩', '单独']],
    ['(neon lights:1.2)', ['neon', 'lights', '1.2']],
    ['Steps: 20, Size: 512x512', ['Steps', '20', 'Size', '512x512']],
  ])('finds the words of %s', (text, words) => {
    expect(text.match(new RegExp(wordPattern, 'g'))).toEqual(words);
  });
});
