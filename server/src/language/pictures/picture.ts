import { formatInfotext } from '../analysis/infotextWrite';
import { samplerParameters } from './samplers';

/** The texts that a picture file holds, by PNG keyword or Exif tag (`parameters`, `UserComment`, `Software` …). */
export type PictureTexts = Readonly<Record<string, string>>;

/** A LoRA that a program's metadata names. */
export interface NamedLora {
  /** A file name or a path, with or without extension. */
  readonly name: string;
  /** Strength of the U-Net or transformer. */
  readonly unet: number;
  /** Strength of the text encoder; undefined: the same. */
  readonly te?: number | undefined;
}

/** What a program wrote about how it made a picture. Undefined: it does not say. */
export interface PictureRecord {
  /** The program's name as its users know it. */
  readonly program: string;
  readonly prompt: string;
  readonly negative?: string | undefined;
  readonly loras?: readonly NamedLora[] | undefined;
  readonly steps?: number | undefined;
  /** In the program's own spelling. */
  readonly sampler?: string | undefined;
  /** In the program's own spelling. */
  readonly schedule?: string | undefined;
  readonly cfgScale?: number | undefined;
  readonly seed?: number | string | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** A file name, a path or a title. */
  readonly model?: string | undefined;
  readonly modelHash?: string | undefined;
  readonly vae?: string | undefined;
  readonly clipSkip?: number | undefined;
  /** Denoising strength of img2img, 0 to 1. */
  readonly denoise?: number | undefined;
  /** Further parameters that AUTOMATIC1111 has under the same name. */
  readonly more?: readonly (readonly [key: string, value: string])[] | undefined;
}

/** Reads what one program wrote; undefined where the texts are not that program's. */
export type PictureReader = (texts: PictureTexts) => PictureRecord | undefined;

/** The record as a block: prompt with LoRA tags, negative prompt, one line of parameters. */
export function recordBlock(record: PictureRecord): string {
  const tags = (record.loras ?? []).map(loraTag).filter((tag) => !record.prompt.includes(tag));
  const prompt = [record.prompt.trim(), ...tags].filter((part) => part !== '').join(', ');
  return formatInfotext(oneBlock(prompt), oneBlock((record.negative ?? '').trim()), parameterPairs(record));
}

function parameterPairs(record: PictureRecord): [string, string][] {
  const { sampler, schedule } = samplerParameters(record.sampler, record.schedule);
  const size = record.width && record.height ? `${record.width}x${record.height}` : undefined;
  const pairs: [string, string | number | undefined][] = [
    ['Steps', record.steps],
    ['Sampler', sampler],
    ['Schedule type', schedule],
    ['CFG scale', record.cfgScale],
    ['Seed', record.seed],
    ['Size', size],
    ['Model hash', record.modelHash],
    ['Model', record.model === undefined ? undefined : fileStem(record.model)],
    ['VAE', record.vae === undefined ? undefined : fileStem(record.vae)],
    ['Denoising strength', record.denoise],
    ['Clip skip', record.clipSkip],
    ...(record.more ?? []).map(([key, value]): [string, string] => [key, value]),
  ];
  return pairs.flatMap(([key, value]): [string, string][] =>
    value === undefined || value === '' ? [] : [[key, String(value)]],
  );
}

function loraTag({ name, unet, te }: NamedLora): string {
  const strength = te === undefined || te === unet ? `${unet}` : `${te}:${unet}`;
  return `<lora:${fileStem(name)}:${strength}>`;
}

const MODEL_EXTENSION = /\.(safetensors|ckpt|pt|pth|bin|gguf|sft)$/i;

/** A model's name without folders (of either separator) and without its file extension. */
export function fileStem(file: string): string {
  return file
    .replace(/^.*[\\/]/, '')
    .replace(MODEL_EXTENSION, '')
    .trim();
}

/** A line of dashes would begin another block of a prompt file. */
function oneBlock(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/^(\s*)-{3,}(\s*)$/gm, '$1- -$2');
}
