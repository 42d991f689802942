import { asList, asObject, type Json, jsonObject, numberOf, own, seedOf, textOf } from './json';
import type { PictureReader } from './picture';

/**
 * NovelAI writes Title, Description, Software, Source and Comment (JSON). As AUTOMATIC1111 reads it
 * (`modules/images.py`, 1.10.1), the words are kept as they are, with braces and brackets; from version 4 on the
 * characters' captions stand in lines of their own behind the scene's. `Source` names a model of the service, not a file,
 * and is left out.
 */
export const readNovelAi: PictureReader = (texts) => {
  if (!/^NovelAI/i.test(texts.Software ?? '') && !/^NovelAI/i.test(texts.Source ?? '')) return undefined;
  const comment = jsonObject(texts.Comment);
  if (!comment) return undefined;
  const prompt = caption(own(comment, 'v4_prompt')) ?? texts.Description ?? textOf(comment, 'prompt') ?? '';
  return {
    program: 'NovelAI',
    prompt,
    negative: caption(own(comment, 'v4_negative_prompt')) ?? textOf(comment, 'uc'),
    steps: numberOf(comment, 'steps'),
    sampler: textOf(comment, 'sampler'),
    schedule: textOf(comment, 'noise_schedule'),
    cfgScale: numberOf(comment, 'scale'),
    seed: seedOf(comment, 'seed'),
    width: numberOf(comment, 'width'),
    height: numberOf(comment, 'height'),
    denoise: own(comment, 'image') === undefined ? undefined : numberOf(comment, 'strength'),
  };
};

function caption(value: unknown): string | undefined {
  const whole = asObject(value);
  const parts = whole && asObject(own(whole, 'caption'));
  if (!parts) return undefined;
  const characters = asList(own(parts, 'char_captions')).map(characterText);
  return [textOf(parts, 'base_caption') ?? '', ...characters].filter((text) => text !== '').join(',\n');
}

function characterText(value: unknown): string {
  const character: Json | undefined = asObject(value);
  return (character && textOf(character, 'char_caption')) ?? '';
}
