import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Inspection, inspectHeader } from '../../../server/src/library/inspect';

interface Row {
  readonly file: string;
  readonly architecture: string;
  readonly network_type: string;
}

const folder = join(__dirname, '../../golden/lora');
const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Row[];

function load(file: string) {
  return JSON.parse(gunzipSync(readFileSync(join(folder, `${file}.gz`))).toString('utf8'));
}

/** Every model with CLIP-L among several text encoders. */
const CLIP_L = [
  'flux',
  'hidream',
  'hunyuan-video',
  'kandinsky5',
  'sd3',
  'sd35-large',
  'sd35-medium',
  'sdxl',
  'ssd-1b',
  'vega',
];
/** Every model with OpenCLIP bigG beside CLIP-L. */
const BIG_G = ['hidream', 'sd3', 'sd35-large', 'sd35-medium', 'sdxl', 'ssd-1b', 'vega'];
/** Flux's blocks in diffusers' names are those of four more models; these three of them have modulation. */
const FLUX_BLOCKS = ['bria', 'bria-fibo', 'chroma', 'flux', 'longcat'];
const MODULATED = FLUX_BLOCKS.filter((id) => id !== 'chroma');
/** Joint attention 3072 wide, in the first five blocks. */
const ATTENTION = [...FLUX_BLOCKS, 'flux2', 'hunyuan-video', 'ovis', 'qwen-image'].sort();
/** Anima is Cosmos Predict2 with an adapter of the text. */
const COSMOS = ['anima', 'cosmos-predict2'];

/** Lists whose tensors cannot decide even with what their metadata says, and exactly what is left. */
const UNDECIDED: Record<string, string[]> = {
  'sd15_lycoris_diag_oft.json': ['sd1', 'sd2'],
  'sdxl_te1_only.json': CLIP_L,
  'sd3_medium_diffusers_peft.json': ['sd3', 'sd35-medium'],
  'pixart_sigma_peft.json': ['pixart-alpha', 'pixart-sigma'],
  'real_flux_lora_diffusers.json': MODULATED,
  'real_flux_lora_diffusers_base_model.json': FLUX_BLOCKS,
  'invoke_sample_qwen_image_lora_diffusers.json': ATTENTION,
  'invoke_sample_anima_lora_kohya.json': COSMOS,
  'invoke_sample_anima_lora_peft.json': COSMOS,
};

/** And those that only their metadata decides. */
const UNDECIDED_BARE: Record<string, string[]> = {
  ...UNDECIDED,
  'lumina2_kohya.json': ['lumina2', 'newbie'],
  'chroma_kohya_with_metadata.json': ['chroma', 'flux'],
};

/** What a file is that is no network: kind, architecture. */
const OTHER: Record<string, [kind: string, architecture: string | undefined]> = {
  'not-a-lora:control-lora-sdxl': ['controlnet', 'sdxl'],
  'not-a-lora:embedding-sd1': ['embedding', 'sd1'],
  'not-a-lora:vae': ['vae', undefined],
  'not-a-lora:checkpoint-sd1': ['checkpoint', 'sd1'],
};

function expectVerdict(inspection: Inspection, row: Row, undecided: Record<string, string[]>): void {
  const other = OTHER[row.architecture];
  if (other) {
    const [kind, architecture] = other;
    expect(inspection.kind).toBe(kind);
    // Where no tensor tells, a claim may stand in.
    if (architecture !== undefined) expect(inspection.architecture).toBe(architecture);
    return;
  }
  expect(inspection.kind).toBe('lora');
  expect(inspection.networkType).toBe(row.network_type);
  const set = undecided[row.file];
  expect(inspection.candidates).toEqual(set ?? [row.architecture]);
  expect(inspection.architecture).toBe(set ? undefined : row.architecture);
  expect(inspection.reason).toMatch(/^[A-Z].*\.$/);
}

describe('verdicts on tensor lists', () => {
  it('covers every list', () => expect(index.length).toBeGreaterThan(50));

  it.each(index.map((row) => [row.file, row] as const))('%s', (file, row) => {
    expectVerdict(inspectHeader(load(file)), row, UNDECIDED);
  });

  it.each(index.map((row) => [row.file, row] as const))('%s without its metadata', (file, row) => {
    expectVerdict(inspectHeader({ ...load(file), metadata: null }), row, UNDECIDED_BARE);
  });

  it.each(index.map((row) => [row.file, row] as const))('%s with metadata that lies', (file, row) => {
    const lie = { ss_base_model_version: 'ideogram4' };
    const inspection = inspectHeader({ ...load(file), metadata: lie });
    expectVerdict(inspection, row, UNDECIDED_BARE);
    if (inspection.architecture !== undefined && inspection.kind === 'lora') {
      expect(inspection.problems.map(({ code }) => code)).toContain('metadata-disagrees');
    }
  });

  it('tells the families of SDXL', () => {
    const families = index.map(({ file }) => [file, load(file).family, inspectHeader(load(file)).family]);
    expect(families.filter(([, expected]) => expected).length).toBeGreaterThan(1);
    // The lists call plain SDXL a family of its own; here it is the absence of one.
    for (const [file, expected, found] of families) {
      expect(found, file).toBe(expected === 'sdxl' ? undefined : expected);
    }
  });

  it('counts modules by component', () => {
    expect(inspectHeader(load('sdxl_kohya_sgm_te1_te2_unet.json'))).toMatchObject({
      rank: 32,
      alpha: 16,
      modules: { unet: 722, textEncoder: 72, textEncoder2: 192 },
    });
    expect(inspectHeader(load('sd15_diffusers_peft.json'))).toMatchObject({ rank: 4, alpha: 8 });
  });

  it('names embeddings bundled with a network', () => {
    expect(inspectHeader(load('sdxl_kohya_bundle_emb.json')).embeddings).toHaveLength(1);
  });

  it('refuses to guess the modules of numbered files', () => {
    const { problems } = inspectHeader(load('sd15_cloneofsimo_indexed.json'));
    expect(problems.map(({ code }) => code)).toEqual(['numbered-modules']);
  });
});

describe('verdicts on parts and variations', () => {
  const only = (file: string, pattern: RegExp) => {
    const { tensors } = load(file);
    const kept = Object.entries(tensors).filter(([name]) => pattern.test(name));
    expect(kept.length).toBeGreaterThan(0);
    return inspectHeader({ tensors: Object.fromEntries(kept) as Record<string, number[]> });
  };

  it.each([
    ['sd15_kohya_lora_no_metadata.json', /_attn1_/, ['sd1', 'sd2']],
    ['sd15_kohya_locon.json', /lora_unet_.*resnets/, ['sd1', 'sd2']],
    ['sd15_kohya_lora_no_metadata.json', /_attn2_to_k/, ['sd1']],
    ['sd15_kohya_lora_no_metadata.json', /attn1|lora_te_/, ['sd1']],
    ['sd15_kohya_lora_no_metadata.json', /proj_in/, ['sd1']],
    ['sd21_768v_kohya.json', /_attn1_|lora_te_/, ['sd2']],
    ['sd21_768v_kohya.json', /lora_te_/, ['sd2']],
    ['sd21_768v_kohya.json', /attn2_to_v/, ['sd2']],
    [
      'sdxl_kohya_sgm_te1_te2_unet.json',
      /output_blocks_[01]_1_transformer_blocks_[0-3]_/,
      ['sdxl', 'ssd-1b'],
    ],
    ['sdxl_kohya_sgm_te1_te2_unet.json', /middle_block/, ['sdxl']],
    ['sdxl_kohya_sgm_te1_te2_unet.json', /lora_te/, BIG_G],
    ['sdxl_kohya_sgm_te1_te2_unet.json', /lora_te2/, [...BIG_G, 'stable-cascade'].sort()],
    ['sdxl_refiner_kohya_sgm.json', /lora_te_/, ['sdxl-refiner']],
    ['sd15_diffusers_peft.json', /^text_encoder/, [...CLIP_L, 'sd1'].sort()],
    ['real_flux_lora_kohya.json', /double_blocks_\d+_img_attn/, ['chroma', 'flux', 'hunyuan-video']],
    ['qwen_image_peft_transformer.json', /attn\.to_q/, ['qwen-image']],
    ['wan21_14b_diffusion_model_peft.json', /blocks\.0\.self_attn\.q/, ['wan']],
    ['pixart_sigma_peft.json', /\.ff\./, ['pixart-alpha', 'pixart-sigma']],
    ['hunyuan_dit_peft.json', /\.mlp\./, ['hunyuan-dit']],
    ['auraflow_peft.json', /\.single_transformer_blocks\./, ['auraflow']],
    ['auraflow_peft.json', /\.single_.*\.to_[qk]\./, [...FLUX_BLOCKS, 'auraflow', 'hunyuan-video'].sort()],
    [
      'real_flux_lora_diffusers.json',
      /\.transformer_blocks\.9\.norm1_context\./,
      [...MODULATED, 'hunyuan-video'].sort(),
    ],
    [
      'real_flux_lora_diffusers.json',
      /\.transformer_blocks\.\d\.ff\./,
      [...FLUX_BLOCKS, 'hunyuan-video'].sort(),
    ],
    [
      'real_flux_lora_diffusers_base_model.json',
      /model\.proj_out\./,
      [...FLUX_BLOCKS, 'hunyuan-video', 'ovis', 'qwen-image'].sort(),
    ],
    ['invoke_sample_anima_lora_peft.json', /\.mlp\./, COSMOS],
    ['invoke_sample_anima_lora_kohya_with_te.json', /lora_te_/, ['anima']],
  ])('%s reduced to %s', (file, pattern, candidates) => {
    expect(only(file, pattern).candidates).toEqual(candidates);
  });

  it.each([
    // Orthogonal factors and IA3 know one side only, which is enough where a weight is square.
    ['transformer.transformer_blocks.0.attn.to_q.oft_blocks', [192, 8, 8], ['sd3', 'sd35-medium']],
    ['transformer.transformer_blocks.0.attn.to_k.oft_blocks', [2, 304, 8, 8], ['sd35-large']],
    ['lora_unet_transformer_blocks_0_attn_to_out_0.weight', [3072], ATTENTION],
    ['lora_unet_layers_0_attention_to_q.oft_blocks', [480, 8, 8], ['z-image']],
    // Files of diffusers for programs whose blocks are named like Flux's, Wan's or LTX's.
    [
      'transformer.transformer_blocks.19.attn.add_q_proj.lora_A.weight',
      [8, 3072],
      ['hunyuan-video', 'qwen-image'],
    ],
    ['transformer.transformer_blocks.19.ff.net.0.proj.lora_A.weight', [8, 3072], ['hunyuan-video', 'mochi']],
    ['transformer.single_transformer_blocks.39.proj_out.lora_A.weight', [8, 15360], ['hunyuan-video']],
    ['transformer.blocks.3.attn1.to_q.lora_A.weight', [8, 1408], ['hunyuan-dit']],
    ['transformer.blocks.3.attn1.to_q.lora_A.weight', [8, 1536], ['wan']],
    ['transformer.transformer_blocks.3.attn1.to_q.lora_A.weight', [8, 1920], []],
    ['transformer.transformer_blocks.3.attn.to_q.lora_A.weight', [8, 640], []],
    [
      'transformer.x_embedder.lora_A.weight',
      [8, 64],
      [...FLUX_BLOCKS, 'lumina2', 'newbie', 'omnigen2', 'ovis', 'z-image'].sort(),
    ],
    ['lora_te_model_layers_3_mlp_up_proj.alpha', [], []],
    [
      'lora_te_layers_3_self_attn_q_proj.lora_down.weight',
      [8, 2560],
      ['flux2', 'krea2', 'newbie', 'z-image'],
    ],
  ])('%s of shape %s may be for %s', (name, shape, candidates) => {
    expect(inspectHeader({ tensors: { [name]: shape } }).candidates).toEqual(candidates);
  });

  it('calls a U-Net of exactly its modules SSD-1B, whatever SDXL says', () => {
    const keymap = JSON.parse(
      readFileSync(join(__dirname, '../../golden/keymaps/ssd1b_unet.json'), 'utf8'),
    ) as { modules: [string, string, number[], string, string][] };
    const tensors: Record<string, number[]> = {};
    for (const [, ldm, shape, kind, owner] of keymap.modules) {
      if (kind !== 'linear' || owner !== 'Transformer2DModel') continue;
      tensors[`lora_unet_${ldm.replaceAll('.', '_')}.lora_down.weight`] = [8, shape[1]!];
      tensors[`lora_unet_${ldm.replaceAll('.', '_')}.lora_up.weight`] = [shape[0]!, 8];
    }
    const inspection = inspectHeader({ tensors, metadata: { ss_base_model_version: 'sdxl_base_v1-0' } });
    expect(inspection).toMatchObject({ architecture: 'ssd-1b', problems: [] });
  });

  it('reports a part that does not fit instead of giving up', () => {
    const { tensors } = load('sd15_kohya_lora_no_metadata.json');
    const strange = 'lora_unet_down_blocks_7_attentions_0_proj_in.lora_down.weight';
    const inspection = inspectHeader({ tensors: { ...tensors, [strange]: [32, 320] } });
    expect(inspection.architecture).toBe('sd1');
    expect(inspection.problems[0]).toMatchObject({ code: 'partial-fit' });
    expect(inspection.problems[0]!.message).toContain('192 of 193');
  });

  it('lets metadata stand in where the tensors say nothing', () => {
    const tensors = { 'lora_unet_something_new.lora_down.weight': [4, 7] };
    expect(inspectHeader({ tensors }).candidates).toEqual([]);
    const claimed = inspectHeader({ tensors, metadata: { 'modelspec.architecture': 'Flux.1-dev/LoRA' } });
    expect(claimed).toMatchObject({ architecture: 'flux', candidates: ['flux'] });
    expect(claimed.reason).toContain('modelspec.architecture');
  });

  it.each([
    [
      'lllite_unet_input_blocks_7_1_transformer_blocks_3_attn1_to_q.down.0.weight',
      [32, 1280],
      'lllite',
      'sdxl',
    ],
    ['image_proj.proj.weight', [3072, 1024], 'ip-adapter', undefined],
    ['ip_adapter.1.to_k_ip.weight', [320, 768], 'ip-adapter', 'sd1'],
    ['clip_g', [4, 1280], 'embedding', 'sdxl'],
    ['string_to_param.*', [4, 1024], 'embedding', 'sd2'],
    ['<cat-toy>', [768], 'embedding', 'sd1'],
    [
      'control_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight',
      [320, 768],
      'controlnet',
      'sd1',
    ],
    ['double_blocks.0.img_mod.lin.weight', [18432, 3072], 'diffusion-model', undefined],
    [
      'up_blocks.0.attentions.0.transformer_blocks.9.attn2.to_k.weight',
      [1280, 2048],
      'diffusion-model',
      undefined,
    ],
    ['text_model.encoder.layers.0.mlp.fc1.weight', [3072, 768], 'text-encoder', undefined],
    ['some.thing', [1], 'other', undefined],
  ] as const)('%s is no network', (name, shape, kind, architecture) => {
    const inspection = inspectHeader({ tensors: { [name]: shape } });
    expect(inspection.kind).toBe(kind);
    if (architecture !== undefined) expect(inspection.architecture).toBe(architecture);
  });

  it('calls a file without tensors empty', () => {
    expect(inspectHeader({ tensors: {} }).kind).toBe('empty');
  });
});
