import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { decodePng } from '../../server/src/formats/png';
import { lora, type PlanChanges, renderer } from './support';

const folder = mkdtempSync(path.join(tmpdir(), 'sdprompt-content-'));
const { render, engine } = renderer(folder);
afterAll(async () => {
  await engine.unload();
  rmSync(folder, { recursive: true });
});

type Colour = readonly [red: number, green: number, blue: number];

/** Mean colour of a rectangle, in shares of the picture's sides. */
type Look = (left: number, top: number, right: number, bottom: number) => Colour;

async function picture(positive: string, changes: PlanChanges = {}): Promise<Look> {
  const { path: file } = await render({ positive, ...changes, parameters: { steps: 20, seed: 7 } });
  const decoded = decodePng(readFileSync(file), inflateSync);
  if (!decoded.ok) throw new Error(decoded.problem.message);
  const { width, height, rgb } = decoded.value;
  return (left, top, right, bottom) => {
    const sum = [0, 0, 0];
    let count = 0;
    for (let y = Math.floor(top * height); y < bottom * height; y++) {
      for (let x = Math.floor(left * width); x < right * width; x++, count++)
        for (let c = 0; c < 3; c++) sum[c] += rgb[(y * width + x) * 3 + c];
    }
    return [sum[0] / count, sum[1] / count, sum[2] / count];
  };
}

const saturation = (colour: Colour): number => Math.max(...colour) - Math.min(...colour);

describe('the picture shows what the prompt says', () => {
  it('a red house in a meadow under a blue sky', async () => {
    const look = await picture('a red house in a meadow');
    const [house, meadow, sky] = [look(0.4, 0.5, 0.6, 0.6), look(0, 0.85, 0.12, 1), look(0, 0, 0.2, 0.2)];
    expect(house[0]).toBeGreaterThan(house[1] + 80);
    expect(meadow[1]).toBeGreaterThan(meadow[0] + 30);
    expect(meadow[1]).toBeGreaterThan(meadow[2] + 30);
    expect(sky[2]).toBeGreaterThan(sky[0] + 30);
  });

  it.each([
    ['a yellow heart on a purple background', [250, 215, 50], [135, 60, 175]],
    ['a blue square on an orange background', [45, 95, 215], [245, 140, 30]],
    ['a green circle on a white background', [50, 165, 75], [245, 245, 245]],
  ] as const)('%s', async (prompt, subject, background) => {
    const look = await picture(prompt);
    const [middle, corner] = [look(0.45, 0.45, 0.55, 0.55), look(0, 0, 0.08, 0.08)];
    for (let c = 0; c < 3; c++) {
      expect(Math.abs(middle[c] - subject[c])).toBeLessThan(50);
      expect(Math.abs(corner[c] - background[c])).toBeLessThan(50);
    }
  });
});

describe('a LoRA shows', () => {
  it('lineart drains the colours, more with every quarter', async () => {
    const saturations: number[] = [];
    for (const weight of [0, 0.25, 0.5, 0.75, 1]) {
      const look = await picture('a red house in a meadow', { loras: [lora('lineart', weight)] });
      saturations.push(saturation(look(0.4, 0.5, 0.6, 0.6)) + saturation(look(0, 0.85, 0.12, 1)));
    }
    for (let i = 1; i < saturations.length; i++) expect(saturations[i]).toBeLessThan(saturations[i - 1]);
    expect(saturations.at(-1)).toBeLessThan(saturations[0] / 4);
  });

  it('mira brings her cyan dress', async () => {
    const look = await picture('mira, a girl in a meadow', { loras: [lora('mira', 1)] });
    const dress = look(0.42, 0.55, 0.58, 0.7);
    expect(dress[2]).toBeGreaterThan(dress[0] + 40);
  });
});
