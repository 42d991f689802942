import { remembered } from '../remembered';

/** What a text about a file claims its architecture to be. */
export interface Claim {
  readonly architecture: string;
  /** Where the claim stands: `ss_base_model_version`, `modelspec.architecture`, `baseModel` … */
  readonly source: string;
  /** As written. */
  readonly text: string;
}

/** First match counts. Applied to lower-case text in which every run of `_`, `.` and spaces is one `-`. */
const SPELLINGS: readonly (readonly [pattern: RegExp, architecture: string])[] = [
  [/pony-?v7|aura-?flow/, 'auraflow'],
  [/refiner/, 'sdxl-refiner'],
  [/ssd-?1b|segmind-stable-diffusion/, 'ssd-1b'],
  [/^sdxl|^sd-xl|stable-diffusion-xl|^pony|illustrious|^ilxl|noob-?ai/, 'sdxl'],
  [/^(?:sd|stable-diffusion)-?v?3-?5-?(?:-.*)?large|^5-large/, 'sd35-large'],
  [/^(?:sd|stable-diffusion)-?v?3-?5(?:-.*)?medium|^5-medium/, 'sd35-medium'],
  [/^(?:sd|stable-diffusion)-?v?3(?:-|$)|^medium$/, 'sd3'],
  [/^(?:sd|stable-diffusion)-?v?1(?:-|$)/, 'sd1'],
  [/^(?:sd|stable-diffusion)-?v?2(?:-|$)/, 'sd2'],
  [/flux-?2/, 'flux2'],
  [/^krea-?2/, 'krea2'],
  [/^flux/, 'flux'],
  [/^chroma/, 'chroma'],
  [/pixart-?(?:sigma|e$|σ)/, 'pixart-sigma'],
  [/pixart/, 'pixart-alpha'],
  [/stable-cascade/, 'stable-cascade'],
  [/hunyuan-?video|framepack/, 'hunyuan-video'],
  [/hunyuan-?image/, 'hunyuan-image'],
  [/hunyuan/, 'hunyuan-dit'],
  [/^wan/, 'wan'],
  [/^qwen/, 'qwen-image'],
  [/^z-?image/, 'z-image'],
  [/^lumina/, 'lumina2'],
  [/^anima(?:-|$)/, 'anima'],
  [/^hi-?dream/, 'hidream'],
  [/^ltx/, 'ltxv'],
  [/^sana/, 'sana'],
  [/^omnigen/, 'omnigen2'],
  [/^kandinsky-?5/, 'kandinsky5'],
  [/^kolors/, 'kolors'],
];

/** Architecture named by a trainer, a model card or a web site; undefined for a name that is not in the table. */
export function architectureOf(text: string): string | undefined {
  return architectureSpelled(text.slice(0, 200));
}

const architectureSpelled = remembered((text) => {
  const plain = text
    .toLowerCase()
    .split('/')[0]!
    .replace(/[_.\s]+/g, '-')
    .replace(/-lora$/, '');
  return SPELLINGS.find(([pattern]) => pattern.test(plain))?.[1];
});

/** What a file's own metadata claims, the most specific source first. */
export function claimOf(metadata: Readonly<Record<string, string>>): Claim | undefined {
  for (const source of ['ss_base_model_version', 'modelspec.architecture']) {
    const text = metadata[source];
    const architecture = text === undefined ? undefined : architectureOf(text);
    if (architecture !== undefined) return { architecture, source, text: text! };
  }
  if (metadata.ss_v2 === 'True') return { architecture: 'sd2', source: 'ss_v2', text: 'True' };
  return undefined;
}

/** Trainers write `sdxl_base_v1-0` for everything built like Stable Diffusion XL, so that claim covers its children. */
const COVERED: Readonly<Record<string, readonly string[]>> = {
  sdxl: ['sdxl', 'ssd-1b'],
  sd3: ['sd3', 'sd35-medium', 'sd35-large'],
  flux: ['flux', 'chroma'],
};

/** True when a claim is not at odds with a verdict. */
export function agrees(claimed: string, architecture: string): boolean {
  return claimed === architecture || (COVERED[claimed]?.includes(architecture) ?? false);
}
