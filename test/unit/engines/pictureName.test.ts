import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatDate } from '../../../server/src/engines/formatDate';
import {
  DATED_PATTERN,
  PICTURE_NAME_KEYS,
  pictureName,
  unknownPlaceholder,
} from '../../../server/src/engines/pictureName';
import type { GenerationPlan } from '../../../server/src/shared/plan';
import { planFor, prompt } from '../../engine/support';

const NOW = new Date(2025, 0, 31, 17, 45, 2, 7);

function name(pattern: string, text = 'a red house, in a Meadow', changes: Partial<GenerationPlan> = {}) {
  const plan = { ...planFor({ positive: prompt(text) }), ...changes };
  const made = pictureName(pattern, { plan, now: NOW, file: 'house-2' }, 'png');
  return made.split(path.sep).join('/');
}

describe('a picture’s name', () => {
  it.each([
    ['[file]', 'house-2.png'],
    ['[seed]-[steps]-[cfg]', '42-6-5.png'],
    ['[width]x[height] [sampler] [scheduler]', '96x96 Euler Automatic.png'],
    ['[model_name]-[clip_skip]-[denoising]', 'demo-1-.png'],
    ['[date] [datetime]', '2025-01-31 20250131174502.png'],
    ['[datetime<%y/%m:%H%M%S %j %%>]', '25_01_174502 031 %.png'],
    ['[prompt]', 'a_red_house,_in_a_Meadow.png'],
    ['[prompt_spaces]', 'a red house, in a Meadow.png'],
    ['[prompt_words]', 'a red house in a Meadow.png'],
    ['[prompt_hash]', '8c15689e.png'],
    [DATED_PATTERN, '20250131-174502-a red house in a Meadow-42.png'],
    ['[date]/[model_name]\\[seed]', '2025-01-31/demo/42.png'],
    ['/[seed]/', '42.png'],
    ['../../[seed]', '_/_/42.png'],
    ['', '42.png'],
    ['[nothing] [seed', '[nothing] [seed.png'],
  ])('%s', (pattern, expected) => {
    expect(name(pattern)).toBe(expected);
  });

  it.each([
    ['../../etc/passwd', '[prompt]', '.._.._etc_passwd.png'],
    ['\u0000:*?"<>|\\', '[prompt]', '_________.png'],
    ['CON', '[prompt]', '_CON.png'],
    ['aux.txt', '[prompt]', '_aux.txt.png'],
    ['... ', '[prompt_spaces]', '_.png'],
    ['', '[prompt]', '_.png'],
    ['1个女孩,单独', '[prompt_words]', '1个女孩 单独.png'],
    [
      'one two three four five six seven eight nine',
      '[prompt_words]',
      'one two three four five six seven eight.png',
    ],
  ])('of the prompt %j', (text, pattern, expected) => {
    expect(name(pattern, text)).toBe(expected);
  });

  it('stays short enough for every file system, and cuts between characters', () => {
    expect(name('[prompt]', 'x'.repeat(300))).toBe(`${'x'.repeat(128)}.png`);
    const wide = name('[prompt]', '🏠'.repeat(100));
    expect(wide).toBe(`${'🏠'.repeat(50)}.png`);
  });

  it('takes the text of the last step, and the size of the second pass', () => {
    const schedule = [
      { endStep: 3, runs: [['a cat', 1]] },
      {
        endStep: 6,
        runs: [
          ['a ', 1],
          ['dog', 1.3],
        ],
      },
    ] as const;
    const positive = {
      subprompts: [
        { weight: 1, schedule },
        { weight: 1, schedule: [schedule[0]] },
      ],
    };
    expect(name('[prompt_spaces]', '', { positive })).toBe('a dog AND a cat.png');
    const hires = { ...planFor().parameters, width: 192, height: 128, strength: 0.5, upscaler: 'Latent' };
    const plan = { hires: { ...hires, positive, negative: positive } };
    expect(name('[width]x[height] [denoising]', '', plan)).toBe('192x128 0.5.png');
  });

  it('ends as its format does', () => {
    const parts = { plan: planFor(), now: NOW };
    expect(pictureName('[seed]', parts, 'jpeg')).toBe('42.jpg');
    expect(pictureName('[seed]', parts, 'webp')).toBe('42.webp');
  });

  it('tells which placeholder is none', () => {
    expect(unknownPlaceholder('[seed] [prompt_words] [datetime<%H>]')).toBeUndefined();
    expect(unknownPlaceholder('[seed]-[sead]')).toBe('[sead]');
    for (const key of PICTURE_NAME_KEYS) expect(unknownPlaceholder(`[${key}]`)).toBeUndefined();
  });
});

describe('a date', () => {
  it('has two digits where strftime has two, in the morning too', () => {
    expect(formatDate(new Date(2024, 11, 31, 0, 5, 9, 40), '%Y %y %m %d %H %I %p %M %S %f %j %q')).toBe(
      '2024 24 12 31 00 12 AM 05 09 040000 366 %q',
    );
  });
});
