import { describe, expect, it } from 'vitest';
import { inspectHeader } from '../../../server/src/library/inspect';
import { inspectTensors, structureOf } from '../../../server/src/library/inspection';
import { categoryOf } from '../../../server/src/library/metadata/category';
import { findPreview } from '../../../server/src/library/metadata/preview';
import { readSidecars } from '../../../server/src/library/metadata/sidecars';
import { tagFrequency, tagsOf, triggersFromTags } from '../../../server/src/library/metadata/tags';
import { plainText, triggerWordsOf } from '../../../server/src/library/metadata/text';
import { architectureOf } from '../../../server/src/library/verdict/claims';

const TENSORS = { 'lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight': [4, 320, 1, 1] };
const sidecars = (texts: Record<string, unknown>) =>
  readSidecars(
    new Map(
      Object.entries(texts).map(([suffix, value]) => [
        suffix,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
  );
const inspect = (metadata: Record<string, string>, texts: Record<string, unknown> = {}) =>
  inspectTensors(
    'x',
    metadata,
    structureOf(new Map(Object.entries(TENSORS).map(([name, shape]) => [name, { shape }]))),
    sidecars(texts),
  );

describe('untrusted text', () => {
  it.each([
    ['<p>Hello<br>you &amp; <b>me</b></p><script>alert(1)</script>', 'Hello\nyou & me'],
    ['a <!-- hidden --> b', 'a b'],
    ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
    ['<img src=x onerror=alert(1)', ''],
    ['&#x41;&#66;&#0;&bogus;', 'AB&bogus;'],
    ['a\u202eb\u0007c', 'abc'],
  ])('%j', (html, text) => {
    expect(plainText(html)).toBe(text);
  });

  it('caps the length', () => {
    expect(plainText('x'.repeat(1e6))).toHaveLength(2000);
    expect(triggerWordsOf(['word,'.repeat(1e5)])).toEqual(['word']);
    expect(triggerWordsOf([Array.from({ length: 500 }, (_, index) => `w${index}`).join()])).toHaveLength(64);
  });

  it('takes words out of prompts and drops tags', () => {
    expect(triggerWordsOf(['mira, red hair,  <lora:mira:0.8>', 'mira'])).toEqual(['mira', 'red hair']);
  });
});

describe('trigger words', () => {
  const user = { '.json': { 'activation text': 'mine' } };
  const civitai = { '.civitai.info': { trainedWords: ['theirs, too'] } };
  const spec = { 'modelspec.trigger_phrase': 'spec' };
  const tags = { ss_tag_frequency: '{"10_tagname": {"tagname": 5, "solo": 3}}' };

  it.each([
    [{ ...spec, ...tags }, { ...user, ...civitai }, ['mine'], 'activation text'],
    [{ ...spec, ...tags }, civitai, ['theirs', 'too'], 'trainedWords'],
    [{ ...spec, ...tags }, {}, ['spec'], 'modelspec'],
    [tags, {}, ['tagname'], 'tag frequency'],
    [{}, {}, [], undefined],
    [spec, { '.json': { 'activation text': ' ' } }, ['spec'], 'modelspec'],
  ])('come from the most trusted source: %#', (metadata, texts, words, source) => {
    const inspection = inspect(metadata as Record<string, string>, texts);
    expect(inspection.triggerWords).toEqual(words);
    expect(inspection.triggerSource).toBe(source);
  });

  it('are tags on every image', () => {
    const metadata = {
      ss_tag_frequency: '{"5_x": {"always": 20, "often": 19}}',
      ss_dataset_dirs: '{"5_x": {"n_repeats": 5, "img_count": 20}}',
    };
    expect(triggersFromTags(metadata, tagsOf(metadata))).toEqual(['always']);
  });

  it('survive nonsense', () => {
    for (const text of ['', '[]', 'null', '{"a":1}', '{"a":{"b":"x"}}', '{', '{"a":{"b":null}}']) {
      expect(tagFrequency(tagsOf({ ss_tag_frequency: text }))).toEqual([]);
    }
  });
});

describe('tag frequency', () => {
  it('sums over directories, most frequent first', () => {
    const metadata = { ss_tag_frequency: '{"1_a":{"solo":2,"hat":1},"2_b":{"solo":3,"cat":4}}' };
    expect(tagFrequency(tagsOf(metadata))).toEqual([
      ['solo', 5],
      ['cat', 4],
      ['hat', 1],
    ]);
  });

  it('counts words where the tags are sentences', () => {
    const metadata = {
      ss_tag_frequency: '{"a":{"a photo of my cat in the garden":2,"my cat is on a chair":1}}',
    };
    expect(Object.fromEntries(tagFrequency(tagsOf(metadata)))).toEqual({
      photo: 2,
      cat: 3,
      the: 2,
      garden: 2,
      chair: 1,
    });
  });
});

describe('sidecars', () => {
  it('of each program are understood', () => {
    expect(
      sidecars({ '.json': { 'preferred weight': 0.7, 'negative text': 'bad', 'sd version': 'SDXL' } }),
    ).toEqual({
      preferredWeight: 0.7,
      negativeText: 'bad',
      sdVersion: 'SDXL',
    });
    expect(sidecars({ '.json': { 'preferred weight': 0 } })).toEqual({});
    expect(
      sidecars({
        '.civitai.info': {
          description: '<p>Nice</p>',
          baseModel: 'Pony',
          model: { tags: ['character'], allowCommercialUse: ['Image'] },
        },
      }),
    ).toEqual({
      description: 'Nice',
      baseModel: 'Pony',
      tags: ['character'],
      license: 'commercial use: Image',
    });
    expect(
      sidecars({
        '.metadata.json': {
          usage_tips: '{"strength": 0.8}',
          civitai: { trainedWords: ['w'] },
          tags: ['style'],
        },
      }),
    ).toMatchObject({ preferredWeight: 0.8, trainedWords: ['w'], tags: ['style'] });
    expect(sidecars({ '.cm-info.json': { BaseModel: 'SD 1.5', TrainedWords: ['c'] } })).toEqual({
      baseModel: 'SD 1.5',
      trainedWords: ['c'],
    });
    expect(sidecars({ '.swarm.json': { 'modelspec.trigger_phrase': 's' } })).toEqual({ trainedWords: ['s'] });
    expect(sidecars({ '.txt': 'words <b>bold</b>' })).toEqual({ description: 'words bold' });
  });

  it('believe the user before the model site', () => {
    const merged = sidecars({ '.civitai.info': { description: 'theirs' }, '.json': { description: 'mine' } });
    expect(merged.description).toBe('mine');
  });

  it('of any content do no harm', () => {
    for (const text of [
      '',
      'null',
      '[1]',
      '{"trainedWords":5}',
      '{"model":[]}',
      '\u0000',
      '{"usage_tips":"{"}',
    ]) {
      for (const suffix of ['.json', '.civitai.info', '.metadata.json', '.cm-info.json', '.swarm.json']) {
        expect(() => sidecars({ [suffix]: text })).not.toThrow();
      }
    }
  });

  it("let the user's word narrow but not overrule the tensors", () => {
    const attention = {
      'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q.lora_down.weight': [4, 320],
    };
    const structure = structureOf(
      new Map(Object.entries(attention).map(([name, shape]) => [name, { shape }])),
    );
    const metadata = { ss_base_model_version: 'sd_v1' };
    expect(inspectTensors('x', metadata, structure, {}).architecture).toBe('sd1');
    expect(inspectTensors('x', metadata, structure, { sdVersion: 'SD2' }).architecture).toBe('sd2');
    const impossible = inspectTensors('x', {}, structure, { sdVersion: 'SDXL' });
    expect(impossible.candidates).toEqual(['sd1', 'sd2']);
    expect(impossible.problems[0]?.code).toBe('metadata-disagrees');
  });
});

describe('claims', () => {
  it.each([
    ['sd_v1', 'sd1'],
    ['sd_1.5', 'sd1'],
    ['SD 1.5 LCM', 'sd1'],
    ['stable-diffusion-v1/lora', 'sd1'],
    ['sd_v2_v', 'sd2'],
    ['SD 2.1 768', 'sd2'],
    ['stable-diffusion-v2-768-v/lora', 'sd2'],
    ['sdxl_base_v1-0', 'sdxl'],
    ['SDXL Lightning', 'sdxl'],
    ['Pony', 'sdxl'],
    ['Illustrious', 'sdxl'],
    ['NoobAI', 'sdxl'],
    ['Pony V7', 'auraflow'],
    ['stable-diffusion-xl-v1-refiner', 'sdxl-refiner'],
    ['medium', 'sd3'],
    ['5-medium', 'sd35-medium'],
    ['5-large', 'sd35-large'],
    ['stable-diffusion-3-medium/lora', 'sd3'],
    ['stable-diffusion-v3.5-large', 'sd35-large'],
    ['SD 3.5 Large Turbo', 'sd35-large'],
    ['SD 3.5 Medium', 'sd35-medium'],
    ['SD 3', 'sd3'],
    ['Flux.1 D', 'flux'],
    ['flux1', 'flux'],
    ['Flux.1-dev/LoRA', 'flux'],
    ['flux_2_klein_4b', 'flux2'],
    ['Flux.2-dev', 'flux2'],
    ['Chroma1', 'chroma'],
    ['PixArt a', 'pixart-alpha'],
    ['PixArt E', 'pixart-sigma'],
    ['Hunyuan Video', 'hunyuan-video'],
    ['hunyuan-image-2.1', 'hunyuan-image'],
    ['Hunyuan 1', 'hunyuan-dit'],
    ['Wan Video 14B t2v', 'wan'],
    ['wan_2.2_14b', 'wan'],
    ['qwen_image_edit', 'qwen-image'],
    ['ZImageTurbo', 'z-image'],
    ['zimage', 'z-image'],
    ['lumina2', 'lumina2'],
    ['anima-preview', 'anima'],
    ['krea2', 'krea2'],
    ['hidream_i1', 'hidream'],
    ['Stable Cascade', 'stable-cascade'],
    ['Other', undefined],
    ['Unknown', undefined],
    ['', undefined],
  ])('%s', (text, architecture) => {
    expect(architectureOf(text)).toBe(architecture);
  });
});

describe('what a writer wants to know', () => {
  it('finds the category by tags, then by folder', () => {
    expect(categoryOf(['anime', 'style'], 'x.safetensors')).toBe('style');
    expect(categoryOf([], 'SDXL/Characters/mira.safetensors')).toBe('character');
    expect(categoryOf(['anime'], 'misc/x.safetensors')).toBeUndefined();
  });

  it('finds a preview picture without case', () => {
    const siblings = new Map([
      ['mira.preview.png', 'Mira.PREVIEW.png'],
      ['other.png', 'other.png'],
    ]);
    expect(findPreview('mira', siblings)).toBe('Mira.PREVIEW.png');
    expect(findPreview('nobody', siblings)).toBeUndefined();
  });

  it('leaves unknown fields out of the JSON', () => {
    expect(Object.keys(inspectHeader({ tensors: TENSORS }))).not.toContain('alpha');
  });
});
