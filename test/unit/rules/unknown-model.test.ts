import { describe, it } from 'vitest';
import { check } from './check';
import { environment, model } from './environment';

const rest = ', Seed: 1, CFG scale: 7, Size: 512x512';

describe('unknown-model', () => {
  it('reports a model that is not configured', () => {
    check(`a\nSteps: 20, Model: «dreamshaper_8»${rest}`, 'unknown-model', {
      severity: 'info',
      message: '`models`',
    });
    check(`a\nSteps: 20, Model: «sd16»${rest}`, 'unknown-model', {
      severity: 'warning',
      unsafe: `a\nSteps: 20, Model: sd15${rest}`,
    });
  });
  it('writes a name in quotes where it has to', () => {
    const named = environment([], { models: [model('day, night'), model('noon')] });
    check(`a\nSteps: 20, Model: «day_night_2»${rest}`, 'unknown-model', {
      environment: named,
      unsafe: `a\nSteps: 20, Model: "day, night"${rest}`,
    });
  });
  it('accepts known ones, and everything where none is configured', () => {
    check(`a\nSteps: 20, Model: sd15${rest}`, 'unknown-model');
    check(`a\nSteps: 20, Model: SD15.safetensors${rest}`, 'unknown-model');
    check(`a\nSteps: 20, Model: x${rest}`, 'unknown-model', { environment: environment([]) });
    check('a', 'unknown-model');
  });
});
