import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { SAMPLERS } from '../../../server/src/engine/samplers';
import { type BuildOptions, buildGraph } from '../../../server/src/engines/comfyui/build';
import type { ComfyGraph } from '../../../server/src/engines/comfyui/graph';
import { COMFY_SAMPLERS } from '../../../server/src/engines/comfyui/samplers';
import { createClipTokenizer } from '../../../server/src/formats/tokenizer';
import type { ServerLibrary } from '../../../server/src/shared/engines';
import { planFor } from './plans';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const tokenizer = createClipTokenizer({
  merges: gunzipSync(readFileSync(path.join(ROOT, 'media/clip/merges.txt.gz'))).toString('utf8'),
});

const LIBRARY: ServerLibrary = {
  engine: 'comfy',
  type: 'comfyui',
  program: 'comfyui',
  readAt: 0,
  loras: [
    { name: 'style_a', file: 'style_a.safetensors' },
    { name: 'style_b', file: 'styles/ink/style_b.safetensors' },
  ],
  models: [{ name: 'rand15_f16', file: 'rand15_f16.safetensors' }],
  vaes: [],
  embeddings: [{ name: 'gloom', vectors: 1 }],
  samplers: Object.keys(COMFY_SAMPLERS).map((name) => ({ name, aliases: [] })),
  schedules: ['Automatic', 'Karras', 'Uniform', 'Exponential'].map((label) => ({ label, name: label })),
  upscalers: ['Latent', 'Lanczos'],
  nodes: ['ManualSigmas'],
};

const golden = (name: string): ComfyGraph => {
  const read = JSON.parse(
    readFileSync(path.join(ROOT, `test/golden/engines/comfyui/graphs/${name}.json`), 'utf8'),
  );
  return read.prompt ?? read;
};

const LONG = () => {
  const { inputs } = Object.values(golden('long_plain')).find(
    ({ class_type }) => class_type === 'CLIPTextEncode',
  )!;
  return String(inputs.text);
};
const WIDE =
  'a wide painting of a harbour with many small boats, red and blue sails, old stone houses along the quay';

function build(text: string, more: Partial<BuildOptions> = {}) {
  const built = buildGraph(planFor(LIBRARY, text), {
    library: LIBRARY,
    tokenizer,
    output: { class: 'SaveImage', prefix: 'num' },
    uploadName: 'latent',
    ...more,
  });
  if (!built.ok) throw new Error(built.problem.message);
  return built.value;
}

const block = (prompt: string, parameters = '', negative = 'blurry') =>
  `${prompt}\nNegative prompt: ${negative}\nSteps: 4, Sampler: Euler, CFG scale: 7, Seed: 42, Size: 64x64${parameters}`;
const with_ = (parameters: string) =>
  `a red house\nNegative prompt: blurry\nSteps: 4, CFG scale: 7, Seed: 42, Size: 64x64, ${parameters}`;

/**
 * The graph as a tree from its output: ids, the order of nodes and uploaded names do not count. Sigmas are compared to three
 * places: those of the recording were rounded otherwise in the sixth.
 */
function tree(graph: ComfyGraph): unknown {
  const seen = new Map<string, unknown>();
  const nodeOf = (id: string): unknown => {
    const known = seen.get(id);
    if (known) return known;
    const { class_type, inputs } = graph[id]!;
    const made = {
      class: class_type,
      inputs: Object.fromEntries(
        Object.entries(inputs)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, value]) => [
            key,
            Array.isArray(value)
              ? { from: nodeOf(String(value[0])), slot: value[1] }
              : key === 'latent'
                ? 'uploaded'
                : key === 'sigmas'
                  ? String(value)
                      .split(', ')
                      .map((sigma) => Math.round(Number(sigma) * 1000) / 1000)
                  : typeof value === 'number'
                    ? Number(value.toPrecision(4))
                    : value,
          ]),
      ),
    };
    seen.set(id, made);
    return made;
  };
  const output = Object.entries(graph).find(([, { class_type }]) => class_type === 'SaveImage')!;
  return nodeOf(output[0]);
}

/** Graphs whose pictures are ours within 0.13 of 255 (test/golden/engines/README.md), with the block they were drawn from. */
const CASES: [name: string, text: () => string, more: Partial<BuildOptions> | undefined][] = (
  [
    ['base', () => block('a red house')],
    ['base128', () => block('a red house').replace('64x64', '128x128')],
    ['cfg1', () => block('a red house').replace('CFG scale: 7', 'CFG scale: 1')],
    ['seed43', () => block('a red house').replace('Seed: 42', 'Seed: 43')],
    ['clip2', () => block('a red house', ', Clip skip: 2')],
    ['emb', () => block('a red house, gloom')],
    ['lora', () => block('a red house <lora:style_a:0.8>')],
    ['lora_te_unet', () => block('a red house <lora:style_a:0.3:0.8>')],
    ['two_loras', () => block('a red house <lora:style_a:0.8><lora:style_b:0.5>')],
    ['and', () => block('a red house AND a blue boat :0.5')],
    ['long', () => block(LONG())],
    ['neg_long', () => block('a red house', '', LONG())],
    ['break', () => block('a red house BREAK a blue boat')],
    ['edit50_red_blue', () => block('a [red:blue:0.5] house')],
    ['edit25_red_blue', () => block('a [red:blue:0.25] house')],
    ['edit50', () => block(`[a red house:${WIDE}:0.5]`)],
    ['edit25', () => block(`[a red house:${WIDE}:0.25]`)],
    [
      'edit_2m',
      () =>
        with_('Sampler: DPM++ 2M, Schedule type: Karras').replace('a red house', `[a red house:${WIDE}:0.5]`),
    ],
    ['edit_heun_1', () => with_('Sampler: Heun').replace('a red house', `[a red house:${WIDE}:0.25]`)],
    [
      'edit_hires',
      () => block(`[a red house:${WIDE}:0.5]`, ', Hires upscale: 2, Hires steps: 4, Denoising strength: 0.6'),
    ],
    ['dpmpp2m', () => with_('Sampler: DPM++ 2M, Schedule type: Karras')],
    ['heun', () => with_('Sampler: Heun')],
    ['lms', () => with_('Sampler: LMS')],
    ['hires', () => block('a red house', ', Hires upscale: 2, Hires steps: 4, Denoising strength: 0.6')],
    [
      'hires_lanczos',
      () =>
        block(
          'a red house',
          ', Hires upscale: 2, Hires upscaler: Lanczos, Hires steps: 4, Denoising strength: 0.6',
        ),
    ],
    ['euler_a_stepwise', () => with_('Sampler: Euler a')],
    ['dpm2a_stepwise', () => with_('Sampler: DPM2 a, Schedule type: Uniform')],
    ['dpmpp2sa_stepwise', () => with_('Sampler: DPM++ 2S a, Schedule type: Uniform')],
    ['ddim_as_webui', () => with_('Sampler: DDIM')],
    ['unipc_as_webui', () => with_('Sampler: UniPC')],
    ['start_noise_plain', () => block('a red house', ', RNG: NV')],
    [
      'img2img',
      () => block('a red house', ', Init image: init.png, Denoising strength: 0.6'),
      { init: { name: 'init.png', hasSize: true } },
    ],
  ] as [string, () => string, Partial<BuildOptions>?][]
).map(([name, text, more]) => [name, text, more]);

describe('the graph of a plan', () => {
  it.each(CASES)('is the one of %s', (name, text, more) => {
    expect(tree(build(text(), more).graph)).toEqual(tree(golden(name)));
  });

  it('uploads the noise of the web UI', () => {
    const { uploads } = build(with_('Sampler: Euler a'));
    expect(uploads).toHaveLength(1);
    expect(uploads[0]!.shape).toEqual([4, 4, 8, 8]);
  });

  it('says what ComfyUI cannot do the same way', () => {
    expect(build(block('a (red:1.3) house')).notes.join()).toContain('prompt-control');
    expect(build(block(`a red house AND ${LONG()}`)).notes.join()).toContain('number of chunks');
    expect(build(with_('Sampler: DPM++ SDE')).notes.join()).toContain('noise');
    expect(build(block('a red house')).notes).toEqual([]);
    expect(build(block('a (red:1.3) house', ', Emphasis: Ignore')).notes).toEqual([]);
  });

  it('applies weights as the web UI does where prompt-control is installed', () => {
    const { graph, notes } = build(block('a (red:1.3) house'), {
      library: { ...LIBRARY, nodes: ['ManualSigmas', 'PCTextEncode'] },
    });
    const node = Object.values(graph).find(({ class_type }) => class_type === 'PCTextEncode');
    expect(node?.inputs.text).toBe('STYLE(A1111, mean) a (red:1.3) house');
    expect(notes).toEqual([]);
  });

  it('escapes brackets that are text', () => {
    const { graph } = build(block('a cat \\(painting\\)'));
    const texts = Object.values(graph).map(({ inputs }) => inputs.text);
    expect(texts).toContain('a cat \\(painting\\)');
  });

  it('never writes a sigma with an exponent', () => {
    for (const sampler of Object.keys(COMFY_SAMPLERS)) {
      const { graph } = build(with_(`Sampler: ${sampler}`).replace('Steps: 4', 'Steps: 50'));
      for (const { inputs } of Object.values(graph))
        if (typeof inputs.sigmas === 'string') expect(inputs.sigmas).toMatch(/^\d+\.\d{7}(, \d+\.\d{7})*$/);
    }
  });

  it('agrees with our engine about each sampler', () => {
    for (const [name, comfy] of Object.entries(COMFY_SAMPLERS)) {
      const own = SAMPLERS.find((sampler) => sampler.name === name);
      if (own === undefined) continue;
      expect([name, comfy.schedule, comfy.evaluations ?? 1]).toEqual([name, own.schedule, own.evaluations]);
      if (own.space === 'sigma')
        expect([name, comfy.discardsPenultimate ?? false]).toEqual([name, own.discardsPenultimate ?? false]);
    }
  });

  it('is built for older servers with their own schedulers', () => {
    const { graph, notes } = build(block('a red house', ', Init image: init.png, Denoising strength: 0.6'), {
      library: { ...LIBRARY, nodes: [] },
      init: { name: 'init.png', hasSize: true },
    });
    const nodes = Object.values(graph);
    expect(nodes.find(({ class_type }) => class_type === 'BasicScheduler')?.inputs).toMatchObject({
      scheduler: 'normal',
      steps: 4,
      denoise: 1,
    });
    expect(nodes.find(({ class_type }) => class_type === 'SplitSigmas')?.inputs).toMatchObject({ step: 1 });
    expect(notes.join()).toContain('ManualSigmas');
  });
});
