import { describe, it } from 'vitest';
import { check } from './check';
import { STUDIO } from './environment';

describe('token-budget', () => {
  const words = (count: number, word = 'word'): string => Array.from({ length: count }, () => word).join(' ');
  it('reports a phrase that is cut in two', () => {
    check(`${words(50)}, «${words(40)}»`, 'token-budget', {
      severity: 'info',
      message: 'After 24 of its 40 tokens',
    });
    check(`«${words(80)}»`, 'token-budget', { message: 'After 75 of its 80' });
    check(`${words(50)}, «${words(20)} (x:1.2) ${words(20)}»`, 'token-budget');
  });
  it('knows that the web UI moves the rest to the next chunk', () => {
    check(`${words(60)}, ${words(40)}`, 'token-budget');
    check(`${words(50)} BREAK ${words(40)}`, 'token-budget');
    check(`${words(70)}`, 'token-budget');
    check(`a\nNegative prompt: ${words(50)}, «${words(40)}»`, 'token-budget');
  });
  it('limits the number of chunks', () => {
    const settings = { 'token-budget': ['on', { maxChunks: 1 }] } as const;
    check(`${words(60)}, «${words(30)}», a`, 'token-budget', {
      settings,
      message: 'more than 1 chunk of 75',
    });
    check('a BREAK «b»', 'token-budget', { settings });
    check(words(60), 'token-budget', { settings });
  });
  it('needs a vocabulary', () => {
    check(words(200), 'token-budget', { environment: { ...STUDIO, countTokens: undefined } });
  });
});
