import { describe, expect, it } from 'vitest';
import { check } from './check';
import { environment, lora } from './environment';

describe('ambiguous-lora', () => {
  it('names the files and the one that is loaded', () => {
    check('<lora:«twin»:1>', 'ambiguous-lora', {
      severity: 'warning',
      message: /`a\/twin.safetensors` and `b\/twin.safetensors`.*today `b\/twin.safetensors` is loaded/,
    });
  });
  it('offers a name that only one file has', () => {
    const two = environment([
      lora('x', { relativePath: 'a/x.safetensors', alias: 'x-old' }),
      lora('x', { relativePath: 'b/x.safetensors' }),
    ]);
    check('<lora:«x»:1>', 'ambiguous-lora', { environment: two, unsafe: '<lora:x-old:1>' });
  });
  it('offers no name that two files have again', () => {
    const three = environment([
      lora('x', { relativePath: 'a/x.safetensors', alias: 'y' }),
      lora('x', { relativePath: 'b/x.safetensors' }),
      lora('y'),
    ]);
    const [finding] = check('<lora:«x»:1>', 'ambiguous-lora', { environment: three });
    expect(finding?.fixes).toEqual([]);
  });
  it('says nothing where a name wins over an alias', () => {
    const clash = environment([lora('y', { alias: 'x' }), lora('x')]);
    check('<lora:x:1>', 'ambiguous-lora', { environment: clash });
    const lost = environment([lora('x'), lora('y', { alias: 'x' })]);
    check('<lora:«x»:1>', 'ambiguous-lora', { environment: lost, message: '`y.safetensors` is loaded' });
  });
  it('says nothing about copies of one file', () => {
    const hashes = { sha256: 'ab' };
    const copies = environment([
      lora('x', { relativePath: 'a/x.safetensors', hashes }),
      lora('x', { relativePath: 'b/x.safetensors', hashes }),
    ]);
    check('<lora:x:1> <lora:outline:1>', 'ambiguous-lora', { environment: copies });
    check('<lora:outline:1>', 'ambiguous-lora');
  });
});
