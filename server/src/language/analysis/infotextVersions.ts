/** A version as Python's packaging orders it: numbers, then a pre-release below, a post-release above. */
type Version = readonly [major: number, minor: number, patch: number, post: number];

const BEFORE_1_6: Version = [1, 6, 0, 0];
const BEFORE_1_7_225: Version = [1, 7, 0, 225];
const BEFORE_1_8: Version = [1, 8, 0, 0];

/**
 * Keys that the web UI adds to the text of a picture that an older version of it made, so that the picture comes out as it
 * was (`infotext_versions.backcompat`).
 * @param find a parameter's value; `prompt` is the positive prompt.
 */
export function keysOfOldVersions(
  find: (key: string) => string | undefined,
  prompt: string,
): readonly (readonly [key: string, value: string])[] {
  const version = parseVersion(find('Version') ?? '');
  if (version === undefined) return [];
  const keys: [string, string][] = [];
  if (isBefore(version, BEFORE_1_6) && prompt.includes('['))
    keys.push(['Old prompt editing timelines', 'True']);
  if (isBefore(version, BEFORE_1_6) && ['DDIM', 'PLMS'].includes(find('Sampler') ?? ''))
    keys.push(['Pad conds v0', 'True']);
  if (isBefore(version, BEFORE_1_7_225)) keys.push(['Downcast alphas_cumprod', 'True']);
  if (isBefore(version, BEFORE_1_8) && find('Refiner'))
    keys.push(['Refiner switch by sampling steps', 'True']);
  return keys;
}

/** `v1.8.0`, `1.8.0-RC`, `v1.6.0-2-g4afaaf8a`; undefined for what is no version of the web UI. */
function parseVersion(text: string): Version | undefined {
  const cut = /^([^-]+-[^-]+)-/.exec(text)?.[1] ?? text;
  const found = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?:-(\d+)|-?(rc\d*))?$/i.exec(cut.trim());
  if (found === null) return undefined;
  const [, major, minor, patch = '0', post = '0', candidate] = found;
  return [Number(major), Number(minor), Number(patch), candidate === undefined ? Number(post) : -1];
}

function isBefore(version: Version, other: Version): boolean {
  const at = version.findIndex((part, i) => part !== other[i]);
  return at !== -1 && version[at]! < other[at]!;
}
