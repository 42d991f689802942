import { describe, it } from 'vitest';
import { check } from './check';
import { environment, lora } from './environment';

describe('unreadable-lora', () => {
  it('says why', () => {
    check('<lora:«hurt»:1>', 'unreadable-lora', {
      severity: 'error',
      message: 'the header is longer than the file. Download it again.',
    });
    check('<lora:«old»:1>', 'unreadable-lora', { severity: 'warning', message: 'pickle' });
    check('<lora:«smooth»:1>', 'unreadable-lora', {
      severity: 'error',
      message: 'not a LoRA. Name another one',
    });
  });
  it('goes by what the file holds, whatever its header is worth', () => {
    const sound = environment([lora('smooth', { kind: 'vae' }), lora('mira')]);
    check('<lora:«smooth»:1> <lora:mira:1>', 'unreadable-lora', { environment: sound });
  });
  it('says nothing of sound and of unknown ones', () => {
    check('<lora:mira:1> <lora:nobody:1>', 'unreadable-lora');
  });
});
