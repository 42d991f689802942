/** What a file name may be made of. */
export interface FileNameParts {
  readonly seed: number;
  readonly prompt: string;
  readonly model: string;
  readonly sampler: string;
  readonly steps: number;
  readonly cfg: number;
  readonly width: number;
  readonly height: number;
}

/** The default: numbered by what was already there, with the seed, as the web UI does it. */
export const DEFAULT_PATTERN = '[number]-[seed]';

const MAX_WORDS = 8;
/** Characters of one part: a path has room for a few of them. */
const MAX_LENGTH = 60;
/** Names Windows keeps for devices. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

/**
 * A file name without its extension, of a pattern with `[seed]`, `[prompt]`, `[model]`, `[sampler]`, `[steps]`, `[cfg]`,
 * `[width]`, `[height]`, `[number]`. The result is a valid name on every system; unknown brackets stay as they are.
 * @param isTaken tells whether a name is in use; the number is counted up until one is free, so nothing is overwritten.
 */
export function fileName(pattern: string, parts: FileNameParts, isTaken: (name: string) => boolean): string {
  const known = new Map<string, string>([
    ['seed', String(parts.seed)],
    [
      'prompt',
      parts.prompt
        .split(/[\s,]+/)
        .filter(Boolean)
        .slice(0, MAX_WORDS)
        .join(' '),
    ],
    ['model', parts.model],
    ['sampler', parts.sampler],
    ['steps', String(parts.steps)],
    ['cfg', String(parts.cfg)],
    ['width', String(parts.width)],
    ['height', String(parts.height)],
  ]);
  const withNumber = pattern.includes('[number]') ? pattern : `${pattern}[-number]`;
  for (let number = 0; ; number++) {
    const filled = withNumber.replace(/\[(-?[a-z]+)\]/g, (whole, key: string) => {
      if (key === 'number') return String(number).padStart(5, '0');
      if (key === '-number') return number === 0 ? '' : `-${number}`;
      return known.get(key)?.slice(0, MAX_LENGTH) ?? whole;
    });
    const name = safeName(filled);
    if (!isTaken(name)) return name;
  }
}

function safeName(name: string): string {
  const cleaned = name
    .replace(/[<>:"/\\|?*\x00-\x1f]/g, '_')
    .replace(/[. ]+$/, '')
    .trim();
  return cleaned === '' || RESERVED.test(cleaned) ? `_${cleaned}` : cleaned;
}
