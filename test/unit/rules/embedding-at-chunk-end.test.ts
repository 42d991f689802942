import { describe, expect, it } from 'vitest';
import { EMPTY_ENVIRONMENT, type Environment } from '../../../server/src/language/environment';
import { lint } from '../../../server/src/language/rules/run';
import { parse } from '../../../server/src/language/syntax/parse';

const environment: Environment = {
  ...EMPTY_ENVIRONMENT,
  embeddings: [{ name: 'tiThree' }] as unknown as Environment['embeddings'],
  embeddingsKnown: true,
  countTokens: (text) =>
    text
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '').length,
};

function found(text: string, known = environment): string[] {
  return lint(parse(text), known)
    .filter(({ ruleId }) => ruleId === 'embedding-at-chunk-end')
    .map(({ range }) => text.slice(range.start, range.end));
}

const words = (count: number) => Array<string>(count).fill('word').join(' ');

describe('embedding-at-chunk-end', () => {
  it('warns of an embedding whose words move to the next chunk', () => {
    expect(found(`${words(65)}, tiThree ${words(12)}`)).toEqual(['tiThree']);
  });

  it('is silent where the embedding fits, starts the next chunk, or no words move', () => {
    expect(found(`${words(30)}, tiThree ${words(12)}`)).toEqual([]);
    expect(found(`${words(65)}, ${words(10)} tiThree`)).toEqual([]);
    expect(found(`${words(65)} BREAK tiThree ${words(12)}`)).toEqual([]);
    expect(found(`${words(65)}, dog ${words(12)}`)).toEqual([]);
    // Twelve vectors do not fit into the rest of the chunk: they stand in the next one from the start.
    const large = { ...environment, embeddings: [{ name: 'tiThree', vectors: 12 }] };
    expect(found(`${words(65)}, tiThree ${words(12)}`, large)).toEqual([]);
  });
});
