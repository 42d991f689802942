import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { architecturePage } from '../../../scripts/architecture-docs/page';
import { type HeaderJson, inspectHeader } from '../../../server/src/library/inspect';
import { mutate } from './mutations';

interface Row {
  readonly file: string;
  /** The architecture it was made from, or those that share every module of it by definition. */
  readonly right: readonly string[];
  readonly kind: string;
  readonly layout: string;
}

const folder = join(__dirname, '../../golden/architectures');
const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Row[];
const load = (file: string) =>
  JSON.parse(gunzipSync(readFileSync(join(folder, `${file}.json.gz`))).toString('utf8')) as HeaderJson;

/** Flux's blocks in diffusers' names, without what stands around them, are those of four more models. */
const FLUX_BLOCKS = ['bria', 'bria-fibo', 'chroma', 'flux', 'longcat'];
/** Files whose every module other architectures have too, and all that have them. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  'flux-native-kohya': ['chroma', 'flux'],
  'flux-native-ai-toolkit': ['chroma', 'flux'],
  'flux-native-lycoris-lokr': ['chroma', 'flux'],
  'flux-diffusers-peft-attention': FLUX_BLOCKS,
  'flux-diffusers-onetrainer': FLUX_BLOCKS,
  'chroma-diffusers-peft-attention': FLUX_BLOCKS,
  'longcat-peft-attention': FLUX_BLOCKS,
  'bria-peft-all': ['bria', 'bria-fibo'],
  'sd3-native-kohya': ['sd3', 'sd35-medium'],
  'sd3-diffusers-peft-attention': ['sd3', 'sd35-medium'],
  'sd3-diffusers-onetrainer': ['sd3', 'sd35-medium'],
  'lumina2-native-kohya': ['lumina2', 'newbie'],
  'lumina2-native-ai-toolkit': ['lumina2', 'newbie'],
  'glm-image-ai-toolkit': ['glm-image', 'ltx2', 'ltxv'],
  'ltxv-13b-peft-attention': ['ltx2', 'ltxv'],
  'sana-600m-peft-attention': ['pixart-alpha', 'pixart-sigma', 'sana'],
  'pixart-sigma-kohya': ['pixart-alpha', 'pixart-sigma'],
};

describe('docs/architectures.md', () => {
  it('is what `npm run docs` writes', () => {
    const page = readFileSync(join(__dirname, '../../../docs/architectures.md'), 'utf8');
    expect(page).toBe(architecturePage());
  });
});

describe('state dicts of reference programs', () => {
  it('are at least 150', () => expect(index.length).toBeGreaterThanOrEqual(150));

  it.each(index.map((row) => [row.file, row] as const))('%s', (file, row) => {
    const { kind, candidates, architecture, problems } = inspectHeader(load(file));
    expect(candidates).toEqual(SHARED[file] ?? row.right);
    expect(kind).toBe(row.kind);
    expect(architecture).toBe(candidates.length === 1 ? candidates[0] : undefined);
    expect(problems).toEqual([]);
  });
});

describe('mutations of them', () => {
  /** `MUTATIONS=10000` runs the count of the closing note; the suite takes a slice of it. */
  const count = Number(process.env.MUTATIONS ?? 600);

  it('never give a wrong single verdict', { timeout: 600_000 }, () => {
    const files = new Map<string, HeaderJson>();
    const wrong: string[] = [];
    const tally = { single: 0, set: 0, unknown: 0 };
    for (let seed = 1; seed <= count; seed++) {
      const row = index[seed % index.length]!;
      const whole = files.get(row.file) ?? load(row.file);
      files.set(row.file, whole);
      const { name, tensors } = mutate(whole.tensors, seed);
      const { candidates } = inspectHeader({ tensors });
      if (candidates.length === 0) tally.unknown++;
      else if (candidates.length === 1) tally.single++;
      else tally.set++;
      // Kolors has SDXL's U-Net: without its metadata it is one of SDXL's.
      const right = row.file.startsWith('kolors-') ? ['sdxl'] : row.right;
      if (candidates.length > 0 && !right.some((id) => candidates.includes(id)))
        wrong.push(`${seed} ${row.file} ${name}: ${candidates.join(' ')}`);
    }
    if (process.env.MUTATIONS) console.log(count, tally);
    expect(wrong).toEqual([]);
    expect(tally.unknown).toBeLessThan(count / 20);
  });
});
