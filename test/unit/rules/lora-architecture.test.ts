import { describe, it } from 'vitest';
import { check } from './check';
import { model, STUDIO } from './environment';

describe('lora-architecture', () => {
  it('says both names and where each was learned', () => {
    check('<lora:«xl_style»:1>', 'lora-architecture', {
      severity: 'error',
      message:
        /`xl_style`.*SDXL \(its cross attention is 2048 wide\).*`sd15`.*Stable Diffusion 1 \(sdprompt\.config\.json\)/,
    });
  });
  it('takes the model the block names', () => {
    check('<lora:xl_style:1>\nSteps: 20, Model: sdxl_base', 'lora-architecture');
    check('<lora:«mira»:1>\nSteps: 20, Model: sdxl_base', 'lora-architecture');
    check('<lora:xl_style:1>\nSteps: 20, Model: SDXL Base.safetensors', 'lora-architecture');
  });
  it('is silent where it cannot be decided', () => {
    check('<lora:either:1> <lora:nobody:1>', 'lora-architecture');
    check('<lora:xl_style:1>\nSteps: 20, Model: unheard of', 'lora-architecture');
    check('<lora:xl_style:1>', 'lora-architecture', { environment: { ...STUDIO, baseModel: undefined } });
    check('<lora:xl_style:1>', 'lora-architecture', {
      environment: { ...STUDIO, baseModel: model('x', { architecture: undefined }) },
    });
    check('<lora:xl_style:0>', 'unknown-lora');
  });
  it('doubts one that is made for nothing known', () => {
    check('<lora:«mystery»:1>', 'lora-architecture', {
      severity: 'warning',
      message: /`mystery` is made for a kind of model that is not known here.*Stable Diffusion 1/,
    });
  });
  it('reports candidates none of which fits', () => {
    check('<lora:«either»:1>\nSteps: 20, Model: sdxl_base', 'lora-architecture', {
      message: 'Stable Diffusion 1 or Stable Diffusion 2',
    });
  });
  it('warns of what loads in part', () => {
    check('<lora:«flux_style»:1>\nSteps: 20, Model: chroma1', 'lora-architecture', { severity: 'warning' });
  });
  it('counts modules where it can', () => {
    const counting = (fitting: number, total: number) => ({
      ...STUDIO,
      fit: () => ({ fitting, total, reasons: ['`conv_in` has another shape.'] }),
    });
    check('<lora:«mira»:1>', 'lora-architecture', {
      environment: counting(3, 12),
      severity: 'warning',
      message: '3 of 12 modules of `mira` fit the base model `sd15` (`conv_in` has another shape)',
    });
    check('<lora:«mira»:1>', 'lora-architecture', { environment: counting(0, 12), severity: 'error' });
    // What the tensors say counts, whatever the architectures are called.
    check('<lora:xl_style:1>', 'lora-architecture', { environment: counting(12, 12) });
  });
  it('mentions SDXL families', () => {
    check('<lora:«pony_style»:1>\nSteps: 20, Model: illustriousXL', 'lora-architecture', {
      severity: 'info',
      message: /pony.*illustrious/,
    });
    check('<lora:pony_style:1>\nSteps: 20, Model: sdxl_base', 'lora-architecture');
  });
  it('does not judge what is broken', () => {
    check('<lora:hurt:1>\nSteps: 20, Model: sdxl_base', 'lora-architecture');
  });
});
