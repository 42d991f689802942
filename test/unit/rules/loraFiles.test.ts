import { describe, it } from 'vitest';
import type { LoraFacts, LoraHashes } from '../../../server/src/shared/facts';
import { check } from './check';
import { environment, lora, model, STUDIO } from './environment';

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
    check('<lora:either:1> <lora:mystery:1> <lora:nobody:1>', 'lora-architecture');
    check('<lora:xl_style:1>\nSteps: 20, Model: unheard of', 'lora-architecture');
    check('<lora:xl_style:1>', 'lora-architecture', { environment: { ...STUDIO, baseModel: undefined } });
    check('<lora:xl_style:1>', 'lora-architecture', {
      environment: { ...STUDIO, baseModel: model('x', { architecture: undefined }) },
    });
    check('<lora:xl_style:0>', 'unknown-lora');
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

describe('lockfile-mismatch', () => {
  const file = lora('mira', { hashes: { sha256: 'aa11', autoV3: 'x' }, rank: 8 });
  const against = (pinned: ReturnType<typeof lora>[] | undefined) => ({
    ...environment([file]),
    lockfile: pinned,
  });
  it('compares the strongest evidence there is', () => {
    check('<lora:«mira»:1>', 'lockfile-mismatch', {
      environment: against([lora('mira', { hashes: { sha256: 'bb22' } })]),
      severity: 'warning',
      message: 'SHA-256 is aa11, not bb22',
    });
    check('<lora:«mira»:1>', 'lockfile-mismatch', {
      environment: against([lora('mira', { hashes: { autoV3: 'y' } })]),
      message: 'AutoV3',
    });
    check('<lora:«mira»:1>', 'lockfile-mismatch', {
      environment: against([lora('mira', { architecture: 'sdxl' })]),
      message: 'made for sd1, not sdxl',
    });
    check('<lora:«mira»:1>', 'lockfile-mismatch', {
      environment: against([lora('mira', { rank: 16 })]),
      message: 'rank is 8, not 16',
    });
  });
  it('accepts the pinned file', () => {
    check('<lora:mira:1>', 'lockfile-mismatch', {
      environment: against([lora('mira', { hashes: { sha256: 'AA11', autoV3: 'other' } })]),
    });
    check('<lora:mira:1>', 'lockfile-mismatch', { environment: against(undefined) });
  });
  it('mentions what is not pinned', () => {
    check('<lora:«mira»:1>', 'lockfile-mismatch', {
      environment: against([]),
      severity: 'info',
      message: 'sdprompt lock',
    });
  });
  it('has nothing to compare where the lockfile is all there is', () => {
    const locked = environment([lora('mira', { source: 'lockfile' })], { lockfile: [] });
    check('<lora:mira:1>', 'lockfile-mismatch', { environment: locked });
  });
});

describe('a pinned file under another name', () => {
  const pinned = lora('mira', { source: 'lockfile', hashes: { sha256: 'aa11', autoV3: 'f00d' } });
  const renamed = (hashes: LoraHashes | undefined, others: LoraFacts[] = []) =>
    environment([lora('mira_v2', { hashes }), ...others], { lockfile: [pinned] });

  it('is found by its content, and every reference is renamed at once', () => {
    check('<lora:«mira»:1>\n---\n<lora:«mira»:0.5>', 'unknown-lora', {
      environment: renamed({ sha256: 'AA11' }),
      message: /is now called `mira_v2`/,
      fixed: '<lora:mira_v2:1>\n---\n<lora:mira_v2:0.5>',
    });
  });
  it('is found by its tensors when its metadata was edited', () => {
    check('<lora:«mira»:1>', 'unknown-lora', {
      environment: renamed({ sha256: 'cc33', autoV3: 'f00d' }),
      fixed: '<lora:mira_v2:1>',
    });
  });
  it('is found when another file has taken its name', () => {
    check('<lora:«mira»:1>', 'lockfile-mismatch', {
      environment: renamed({ sha256: 'aa11' }, [lora('mira', { hashes: { sha256: 'bb22' } })]),
      message: /is now called `mira_v2`/,
      fixed: '<lora:mira_v2:1>',
    });
  });
  it('is not guessed without a hash', () => {
    check('<lora:«mira»:1>', 'unknown-lora', { environment: renamed(undefined), fixed: '<lora:mira:1>' });
    check('<lora:«mira»:1>', 'unknown-lora', {
      environment: renamed({ sha256: 'bb22' }),
      fixed: '<lora:mira:1>',
    });
  });
});
