import { describe, expect, it } from 'vitest';
import { describeProgress } from '../../../client/src/generation/progress';
import { toDataUri } from '../../../client/src/generation/stepPicture';
import type { EnginePhase } from '../../../server/src/shared/engineProtocol';

const lora = { name: 'hat', path: '/hat.safetensors', te: 1, unet: 1 };
const plan = (loras = 0) => ({
  model: { name: 'demo', path: '/demo' },
  loras: Array.from({ length: loras }, () => lora),
});
const at = (phase: EnginePhase, step = 0, of = 0, loras = 0) =>
  describeProgress({ phase, step, of }, plan(loras));

describe('progress in words', () => {
  it('names what is being done', () => {
    expect(at('load')).toEqual({ label: 'Loading the model demo' });
    expect(at('merge', 0, 0, 1)).toEqual({ label: 'Merging 1 LoRA' });
    expect(at('merge', 0, 0, 2)).toEqual({ label: 'Merging 2 LoRAs' });
    expect(at('sample', 7, 20).label).toBe('Step 7 of 20');
  });

  it('has a fraction only where it is known, and never goes back', () => {
    expect(at('sample', 0, 0).fraction).toBeUndefined();
    const run = [
      ...Array.from({ length: 20 }, (_, step) => at('sample', step + 1, 20)),
      at('decode'),
      at('write'),
    ].map(({ fraction }) => fraction!);
    expect(run).toEqual([...run].sort((a, b) => a - b));
    expect(run[0]).toBeGreaterThan(0);
    expect(run.at(-1)).toBeLessThan(1);
  });

  it('is one bar for every pass, whatever is loaded in between', () => {
    const pass = { index: 2, of: 2 };
    const steps = [
      { phase: 'sample', step: 20, of: 20, overall: 0.4, pass: { index: 1, of: 2 } },
      { phase: 'load', step: 0, of: 1, overall: 0.4, pass },
      { phase: 'merge', step: 0, of: 1, overall: 0.4, pass },
      { phase: 'encode', step: 0, of: 1, overall: 0.4, pass },
      { phase: 'sample', step: 0, of: 10, overall: 0.4, pass },
      { phase: 'sample', step: 1, of: 10, overall: 0.46, pass },
    ] as const;
    const shown = steps.map((one) => describeProgress(one, plan()));
    expect(shown.map(({ fraction }) => fraction)).toEqual([0.38, 0.38, 0.38, 0.38, 0.38, 0.46 * 0.95]);
    expect(shown.at(-1)?.label).toBe('Step 1 of 10, pass 2 of 2');
  });
});

describe('a step picture', () => {
  it('becomes a bitmap: rows bottom up, blue first, padded to four bytes', () => {
    const rgb = Uint8Array.from([1, 2, 3, 4, 5, 6]);
    const uri = toDataUri({ width: 1, height: 2, rgb })!;
    expect(uri.startsWith('data:image/bmp;base64,')).toBe(true);
    const bytes = Buffer.from(uri.slice(uri.indexOf(',') + 1), 'base64');
    expect(bytes.toString('latin1', 0, 2)).toBe('BM');
    expect(bytes.readUInt32LE(2)).toBe(bytes.length);
    expect([...bytes.subarray(bytes.readUInt32LE(10))]).toEqual([6, 5, 4, 0, 3, 2, 1, 0]);
  });

  it('is left out when it makes no sense', () => {
    expect(toDataUri({ width: 0, height: 2, rgb: new Uint8Array(0) })).toBeUndefined();
    expect(toDataUri({ width: 2, height: 2, rgb: new Uint8Array(3) })).toBeUndefined();
  });
});
