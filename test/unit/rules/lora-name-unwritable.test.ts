import { describe, it } from 'vitest';
import { check } from './check';
import { STUDIO } from './environment';

describe('lora-name-unwritable', () => {
  it('reports a name that becomes an option', () => {
    check('<lora:«my=name»:1>', 'lora-name-unwritable', {
      severity: 'error',
      message: 'the name becomes `1`',
    });
    check('<lora:«te=0.5»:mira>', 'lora-name-unwritable', { message: 'name must come first' });
  });
  it('reports blanks around the name', () => {
    check('<lora:« mira »:1>', 'lora-name-unwritable', { fixed: '<lora:mira:1>' });
  });
  it('reports what the target cannot read', () => {
    check('<lora:«v1.5_style»:1>', 'lora-name-unwritable', {
      environment: { ...STUDIO, target: 'sdnext' },
      severity: 'warning',
      message: 'v1_5_style',
    });
    check('<lora:«foo__bar»:1>', 'lora-name-unwritable', {
      environment: { ...STUDIO, dynamicPrompts: true },
      severity: 'warning',
    });
    check('<lora:«a [b]»:1>', 'lora-name-unwritable', { environment: { ...STUDIO, target: 'swarmui' } });
  });
  it('accepts ordinary names', () => {
    for (const name of ['mira', 'v1.5_style', 'foo__bar', 'two words', 'ünï', 'a=b=c', '中文'])
      check(`<lora:${name}:1>`, 'lora-name-unwritable');
  });
});
