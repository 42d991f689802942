import { createHash } from 'node:crypto';
import path from 'node:path';
import type { GenerationPlan } from '../shared/plan';
import { formatDate } from './formatDate';

/** What a picture's name is made of, beside its plan. */
export interface PictureNameParts {
  readonly plan: GenerationPlan;
  readonly now: Date;
  /** What `[file]` stands for: the caller's own name for the picture. */
  readonly file?: string;
}

export const PICTURE_FORMATS = ['png', 'jpeg', 'webp'] as const;
export type PictureFormat = (typeof PICTURE_FORMATS)[number];

/** Characters and bytes of one part of a path: file systems stop at 255 bytes, and a number may follow. */
const MAX_CHARACTERS = 128;
const MAX_BYTES = 200;
const MAX_WORDS = 8;
/** Names Windows keeps for devices, whatever follows their first dot. */
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

type Fill = (parts: PictureNameParts) => string;

const FILLS: Readonly<Record<string, Fill>> = {
  seed: ({ plan }) => String(plan.parameters.seed),
  steps: ({ plan }) => String(plan.parameters.steps),
  cfg: ({ plan }) => String(plan.parameters.cfgScale),
  width: ({ plan }) => String((plan.hires ?? plan.parameters).width),
  height: ({ plan }) => String((plan.hires ?? plan.parameters).height),
  sampler: ({ plan }) => plan.parameters.sampler,
  scheduler: ({ plan }) => plan.parameters.scheduleType,
  clip_skip: ({ plan }) => String(plan.parameters.clipSkip),
  denoising: ({ plan }) => String(plan.init?.strength ?? plan.hires?.strength ?? ''),
  model_name: ({ plan }) => plan.model.name,
  date: ({ now }) => formatDate(now, '%Y-%m-%d'),
  datetime: ({ now }) => formatDate(now, '%Y%m%d%H%M%S'),
  prompt: (parts) => promptOf(parts).replaceAll(' ', '_'),
  prompt_spaces: promptOf,
  prompt_words: (parts) => wordsOf(promptOf(parts)).slice(0, MAX_WORDS).join(' '),
  prompt_hash: (parts) => createHash('sha256').update(promptOf(parts)).digest('hex').slice(0, 8),
  file: ({ file = '' }) => file,
};

/** Every placeholder of a pattern, for help texts. `datetime` also takes a format: `[datetime<%H%M>]`. */
export const PICTURE_NAME_KEYS: readonly string[] = Object.keys(FILLS);

/** The name the extension gives, and the order in which it clears away. */
export const DATED_PATTERN = '[datetime<%Y%m%d-%H%M%S>]-[prompt_words]-[seed]';

/** What a pattern has in brackets that is no placeholder; undefined when all is well. */
export function unknownPlaceholder(pattern: string): string | undefined {
  return [...pattern.matchAll(PLACEHOLDER)].find(([, key]) => !Object.hasOwn(FILLS, key!))?.[0];
}

/** What lies between slashes; those of a date's format are none. */
const SEGMENT = /(?:\[\w+<[^<>]*>\]|[^\\/])+/g;
const PLACEHOLDER = /\[(\w+)(?:<([^<>]*)>)?\]/g;

/**
 * The path of a picture, relative to its folder, of a pattern such as `[date]/[seed]-[prompt_words]` with the web UI's
 * placeholders. `/` in the pattern makes folders; nothing that fills a placeholder does. Every part is a valid name on
 * Windows, macOS and Linux. What is in brackets and no placeholder stays as it is.
 */
export function pictureName(pattern: string, parts: PictureNameParts, format: PictureFormat): string {
  const segments = (pattern.match(SEGMENT) ?? []).filter((segment) => segment.trim() !== '');
  const names = (segments.length > 0 ? segments : ['[seed]']).map((segment) => {
    const filled = segment.replace(PLACEHOLDER, (whole, key: string, argument: string | undefined) => {
      if (key === 'datetime' && argument) return formatDate(parts.now, argument);
      return Object.hasOwn(FILLS, key) ? FILLS[key]!(parts) : whole;
    });
    return safeName(filled);
  });
  return `${path.join(...names)}.${format === 'jpeg' ? 'jpg' : format}`;
}

/** What was asked for, without weights and tags: the text in force at the last step. */
function promptOf({ plan }: PictureNameParts): string {
  const texts = plan.positive.subprompts.map(({ schedule }) =>
    (schedule.at(-1)?.runs ?? []).map(([text]) => text).join(''),
  );
  return texts.join(' AND ').replace(/\s+/g, ' ').trim();
}

function wordsOf(text: string): string[] {
  return text.split(/[^\p{L}\p{M}\p{N}]+/u).filter(Boolean);
}

function safeName(name: string): string {
  const cleaned = name.replace(/[<>:"/\\|?*\x00-\x1f\x7f]/g, '_').replace(/^\s+/, '');
  const short = trimEnd(cut(cleaned));
  return short === '' || RESERVED.test(short) ? `_${short}` : short;
}

/** The longest beginning that fits; characters stay whole. */
function cut(name: string): string {
  let short = '';
  let bytes = 0;
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_BYTES || short.length + character.length > MAX_CHARACTERS) break;
    short += character;
  }
  return short;
}

/** Windows drops dots and spaces at the end of a name. */
function trimEnd(name: string): string {
  return name.replace(/[. ]+$/, '');
}
