import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createRandom } from './random';

const QUALITY = ['masterpiece', 'best quality', 'highres', 'absurdres', 'very aesthetic', 'ultra-detailed'];
const SUBJECTS = [
  '1girl',
  '1boy',
  'a lighthouse',
  'an old market street',
  'a red fox',
  'portrait of a sailor',
];
const WORDS =
  'hoodie rain neon lights looking away long hair blue eyes cherry blossoms night city window sunset beach freckles smile scarf lantern forest path morning fog watercolor oil painting sharp focus bokeh depth of field wide shot from below detailed background cinematic lighting rim light film grain white dress umbrella reflection puddles glass steel moss ruins stairs cat candle clouds mountains river bridge snow coat gloves boots wooden floor kitchen bakery garden'.split(
    ' ',
  );
const NEGATIVE =
  'lowres, bad anatomy, bad hands, text, error, missing fingers, extra digit, fewer digits, cropped, worst quality, low quality, normal quality, jpeg artifacts, signature, watermark, username, blurry';
const SAMPLERS = ['Euler a', 'DPM++ 2M', 'DPM++ SDE', 'UniPC', 'Euler', 'DDIM'];
const SCHEDULES = ['Karras', 'Automatic', 'Exponential'];
const MISTAKES = [
  '(sunset:1,2)',
  'neon lights, neon lights',
  '[word:1.2]',
  '((castle)',
  '<lora:film_grain_07>',
];

/**
 * Prompt files as a team would have them: a few blocks each, weights, prompt editing, LoRAs, every tenth with a mistake.
 * @returns the number of bytes written; a file has about two thousand.
 */
export function writePrompts(folder: string, count: number): number {
  const random = createRandom(7);
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const blocks: string[] = [];
    let length = 0;
    const isWrong = random(10) === 0;
    while (length < 1_800) {
      const block = promptBlock(random, isWrong && blocks.length === 0);
      blocks.push(block);
      length += block.length;
    }
    const text = blocks.join('\n---\n');
    const folderOf = path.join(folder, `set-${String(i % 50).padStart(2, '0')}`);
    mkdirSync(folderOf, { recursive: true });
    writeFileSync(path.join(folderOf, `prompt-${String(i).padStart(5, '0')}.sdprompt`), text);
    bytes += Buffer.byteLength(text);
  }
  return bytes;
}

/** One block of about seven hundred characters. */
export function promptBlock(random: (limit: number) => number, isWrong: boolean): string {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
  const tags = new Set<string>([pick(QUALITY), pick(QUALITY), pick(SUBJECTS)]);
  while (tags.size < 26) {
    const tag = `${pick(WORDS)} ${pick(WORDS)}`;
    const form = random(12);
    if (form === 0) tags.add(`(${tag}:1.${1 + random(4)})`);
    else if (form === 1) tags.add(`[${tag}:${pick(WORDS)} ${pick(WORDS)}:0.${3 + random(5)}]`);
    else if (form === 2) tags.add(`((${tag}))`);
    else tags.add(tag);
  }
  for (let i = random(3); i > 0; i--) tags.add(`<lora:style_${random(40)}:0.${5 + random(5)}>`);
  if (isWrong) tags.add(pick(MISTAKES));
  return [
    [...tags].join(', '),
    `Negative prompt: ${NEGATIVE}`,
    `Steps: ${20 + random(20)}, Sampler: ${pick(SAMPLERS)}, Schedule type: ${pick(SCHEDULES)}, CFG scale: ${5 + random(5)}, Seed: ${random(4_000_000)}, Size: 512x768`,
    '',
  ].join('\n');
}
