import { describe, it } from 'vitest';
import { check } from './check';

const rest = ', Seed: 1, CFG scale: 7, Size: 512x512';

describe('unparsed-parameter', () => {
  it('reports a piece that is no pair', () => {
    check(`a\nSteps: 20, «thing»${rest}`, 'unparsed-parameter', { severity: 'info' });
    check(`a\nSteps: 20${rest}, Hashes: {"model": "a, b"}`, 'unparsed-parameter');
  });
});
