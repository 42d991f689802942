import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { type DecodedPng, decodePng } from '../../server/src/formats/png';
import { HELD_OUT, openChecker } from './checker';
import { DEMO, lora, type PlanChanges, renderer } from './support';

const folder = mkdtempSync(path.join(tmpdir(), 'sdprompt-content-'));
const { render, engine } = renderer(folder);
const checker = await openChecker();
afterAll(async () => {
  await engine.unload();
  await checker.release();
  rmSync(folder, { recursive: true });
});

async function picture(positive: string, changes: PlanChanges = {}): Promise<DecodedPng> {
  const parameters = { steps: 20, seed: 7, ...changes.parameters };
  const { path: file } = await render({ positive, ...changes, parameters });
  const decoded = decodePng(readFileSync(file), inflateSync);
  if (!decoded.ok) throw new Error(decoded.problem.message);
  return decoded.value;
}

/** Mean distance of a pixel's largest channel from its smallest: 0 for grey. */
function saturation({ rgb }: DecodedPng): number {
  let sum = 0;
  for (let i = 0; i < rgb.length; i += 3) {
    const pixel = rgb.subarray(i, i + 3);
    sum += Math.max(...pixel) - Math.min(...pixel);
  }
  return sum / (rgb.length / 3);
}

/** Mean of all channels, of 255. */
function brightness({ rgb }: DecodedPng): number {
  return rgb.reduce((sum, value) => sum + value, 0) / rgb.length;
}

const STYLED = ['a red house in a meadow', 'a yellow car in the mountains', 'an orange cat on a beach'];

describe('a picture shows what the prompt says', () => {
  it('in subject, colour and background, for captions the model was not trained on', async () => {
    const right = { subject: 0, colour: 0, background: 0 };
    for (const { caption, seed, ...wanted } of HELD_OUT) {
      const seen = await checker.look(await picture(caption, { parameters: { seed } }));
      for (const question of ['subject', 'colour', 'background'] as const)
        if (seen[question] === wanted[question]) right[question]++;
    }
    for (const [question, count] of Object.entries(right))
      expect(count / HELD_OUT.length, question).toBeGreaterThanOrEqual(0.85);
  });

  it.each([
    ['a yellow heart on a purple background', 'heart', 'yellow', 'purple'],
    ['a blue square on an orange background', 'square', 'blue', 'orange'],
    ['a red house in a meadow', 'house', 'red', 'meadow'],
    ['an orange cat on a beach, at night', 'cat', 'orange', 'beach'],
  ])('%s', async (prompt, subject, colour, background) => {
    const seen = await checker.look(await picture(prompt));
    expect(seen).toEqual({ subject, colour, background, style: 'painted', hat: 'none' });
  });
});

describe('a LoRA shows', () => {
  // The variants were trained for a shorter time and leave a little more.
  it.each([
    ['lineart', 10],
    ['lineart_locon', 4],
    ['lineart_loha', 4],
    ['lineart_lokr', 4],
    ['lineart_dora', 4],
  ])('%s leaves outlines, and less than one part in %d of the colour', async (name, share) => {
    for (const prompt of STYLED) {
      const drawn = await picture(prompt, { loras: [lora(name, 1)] });
      expect((await checker.look(drawn)).style, prompt).toBe('lineart');
      expect(saturation(drawn), prompt).toBeLessThan(saturation(await picture(prompt)) / share);
    }
  });

  it('lineart drains the colours, more with every quarter', async () => {
    const saturations: number[] = [];
    for (const weight of [-0.5, 0, 0.25, 0.5, 0.75, 1])
      saturations.push(saturation(await picture(STYLED[0]!, { loras: [lora('lineart', weight)] })));
    for (let i = 1; i < saturations.length; i++) expect(saturations[i]).toBeLessThan(saturations[i - 1]!);
  });

  it('neon glows in the dark', async () => {
    for (const prompt of STYLED) {
      const { style } = await checker.look(await picture(prompt, { loras: [lora('neon', 1)] }));
      expect(style, prompt).toBe('neon');
    }
  });

  it('mira is mira, and without her LoRA somebody else', async () => {
    const subject = async (weight: number) =>
      (await checker.look(await picture('mira, a girl in a meadow', { loras: [lora('mira', weight)] })))
        .subject;
    expect(await subject(0)).not.toBe('mira');
    expect(await subject(1)).toBe('mira');
  });

  it('hat puts one on', async () => {
    const hat = async (prompt: string, weight: number) =>
      (await checker.look(await picture(`${prompt} wearing a top hat`, { loras: [lora('hat', weight)] })))
        .hat;
    for (const prompt of ['a boy in a green shirt in a meadow', 'an orange cat on a beach']) {
      expect([await hat(prompt, 0), await hat(prompt, 1)], prompt).toEqual(['none', 'top hat']);
    }
  });

  it('lcm makes do with four steps', async () => {
    const parameters = { steps: 4, sampler: 'LCM', cfgScale: 1 };
    for (const prompt of STYLED) {
      const expected = await checker.look(await picture(prompt));
      const seen = await checker.look(await picture(prompt, { loras: [lora('lcm', 1)], parameters }));
      expect(seen, prompt).toEqual(expected);
    }
  });
});

describe('the embedding demo-gloom', () => {
  const embeddings = [{ name: 'demo-gloom', path: path.join(DEMO, 'embeddings/demo-gloom.safetensors') }];

  it('brings the night', async () => {
    for (const prompt of STYLED) {
      const plain = brightness(await picture(prompt));
      const gloomy = brightness(await picture(`${prompt}, demo-gloom`, { embeddings }));
      expect(gloomy, prompt).toBeLessThan(plain * 0.6);
    }
  });

  it('lightens it in the negative prompt', async () => {
    const prompt = 'a red house in a meadow, night';
    const plain = brightness(await picture(prompt));
    const cleared = brightness(await picture(prompt, { embeddings, negative: 'demo-gloom' }));
    expect(cleared).toBeGreaterThan(plain * 1.08);
  });
});
