import { describe, it } from 'vitest';
import type { LoraFacts, LoraHashes } from '../../../server/src/shared/facts';
import { check } from './check';
import { environment, lora } from './environment';

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
