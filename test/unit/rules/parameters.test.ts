import { describe, expect, it } from 'vitest';
import { check, findings } from './check';
import { environment, model, STUDIO } from './environment';

const rest = ', Seed: 1, CFG scale: 7, Size: 512x512';

describe('infotext-would-not-parse', () => {
  it('reports a prompt line that is taken for parameters', () => {
    check('a castle\n«style: anime, mood: dark, light: low»', 'infotext-would-not-parse', {
      severity: 'warning',
    });
    check('a castle\nstyle: anime, mood: dark', 'infotext-would-not-parse');
  });
  it('reports a label that is not quite one', () => {
    check('a\n«Negative Prompt:» b', 'infotext-would-not-parse', { fixed: 'a\nNegative prompt: b' });
    check('a\n«negative prompt：» b', 'infotext-would-not-parse', { fixed: 'a\nNegative prompt: b' });
    check('a\n  «NEGATIVE PROMPTS :» b', 'infotext-would-not-parse');
    check('a\n«Negative:» b', 'infotext-would-not-parse', {
      unsafe: 'a\nNegative prompt: b',
      fixed: 'a\nNegative: b',
    });
    check('a\nNegative prompt: b', 'infotext-would-not-parse');
    check('a negative prompt: b', 'infotext-would-not-parse');
  });
  it('reports parameters with text after them', () => {
    check(`a\n«Steps: 20${rest}»\nb`, 'infotext-would-not-parse', { unsafe: `a\nSteps: 20${rest}\n---\nb` });
    check(`a\nSteps: 20${rest}`, 'infotext-would-not-parse');
    check(`a\nSteps: 20${rest}\n---\nb`, 'infotext-would-not-parse');
  });
  it('reports what has lost its line breaks', () => {
    check(`a hat, «Negative prompt:» b\nSteps: 20${rest}`, 'infotext-would-not-parse', {
      message: 'beginning of a line',
      fixed: `a hat,\nNegative prompt: b\nSteps: 20${rest}`,
    });
    check(`a, «Steps: 20${rest}»`, 'infotext-would-not-parse', {
      message: 'a line of their own',
      fixed: `a\nSteps: 20${rest}`,
    });
    check(`a, b «Negative prompt:» c, d «Steps: 20${rest}»  `, 'infotext-would-not-parse', {
      fixed: `a, b\nNegative prompt: c, d\nSteps: 20${rest}  `,
    });
    check(`a, «Steps: 20${rest}»  \nb`, 'infotext-would-not-parse', { fixed: `a\nSteps: 20${rest}  \nb` });
    check(`a cat «Negative prompt»: b, c Steps: 20${rest}`, 'infotext-would-not-parse', {
      message: 'no prompt is left',
      fixed: `a cat\nNegative prompt: b, c\nSteps: 20${rest}`,
    });
    check(`a cat «Steps»: 20${rest}`, 'infotext-would-not-parse', { fixed: `a cat\nSteps: 20${rest}` });
    check(`a\nTiled Steps: 4, Steps: 20${rest}`, 'infotext-would-not-parse');
    for (const text of [
      '20 Steps: 20 stairs, wide',
      'a Steps: 20, b',
      'Negative prompt: a',
      'xSteps: 1, b: 2, c: 3',
    ])
      check(text, 'infotext-would-not-parse');
  });
  it('is strict on demand', () => {
    const settings = { 'infotext-would-not-parse': ['on', { strictParameters: true }] } as const;
    check('a\n«Steps: 20, Seed: 1»', 'infotext-would-not-parse', {
      settings,
      message: 'at least three pairs',
    });
    check('a\n«Steps: 20,\nSeed: 1,\nCFG scale: 7»', 'infotext-would-not-parse', {
      settings,
      message: 'on one line',
    });
    check('a\n«Sampler: Euler, Seed: 1, CFG scale: 7»', 'infotext-would-not-parse', {
      settings,
      message: 'Steps',
    });
    check(`a\nSteps: 20${rest}`, 'infotext-would-not-parse', { settings });
    check('a\nSteps: 20', 'infotext-would-not-parse');
  });
});

describe('unparsed-parameter', () => {
  it('reports a piece that is no pair', () => {
    check(`a\nSteps: 20, «thing»${rest}`, 'unparsed-parameter', { severity: 'info' });
    check(`a\nSteps: 20${rest}, Hashes: {"model": "a, b"}`, 'unparsed-parameter');
  });
});

describe('unknown-parameter', () => {
  it.each([
    ['Step', 'Steps'],
    ['steps', 'Steps'],
    ['Smapler', 'Sampler'],
    ['CFG Scale', 'CFG scale'],
    ['CFGscale', 'CFG scale'],
    ['Clip Skip', 'Clip skip'],
    ['Denoise strength', 'Denoising strength'],
  ])('takes %s for %s', (written, meant) => {
    const tail = ', Version: v1.8.0, RNG: CPU, User: me';
    const marked = `a\n«${written}»: 20${tail}`;
    if (written === 'Denoise strength') {
      check(marked.replaceAll(/[«»]/g, ''), 'unknown-parameter');
      return;
    }
    check(marked, 'unknown-parameter', { severity: 'warning', fixed: `a\n${meant}: 20${tail}` });
  });
  it('keeps keys of extensions', () => {
    for (const key of [
      'ADetailer model',
      'ControlNet 0',
      'Module 1',
      'Hires Module 1',
      'My tool',
      'Beta schedule alpha',
      'Tiled Diffusion',
    ])
      check(`a\nSteps: 20, ${key}: x${rest}`, 'unknown-parameter');
    check(`a\nSteps: 20, Stepz: x${rest}`, 'unknown-parameter');
    check(`a\nSampler: Euler, Stepz: x${rest}`, 'unknown-parameter', {
      settings: { 'unknown-parameter': ['on', { known: ['Stepz'] }] },
    });
  });
  it('leaves prose to infotext-would-not-parse', () => {
    check('step: one, seeed: two, sizee: three', 'unknown-parameter');
  });
});

describe('invalid-parameter', () => {
  it.each([
    ['Steps: «abc»', 'error', undefined],
    ['Steps: «2O»', 'error', undefined],
    ['Steps: «20.5»', 'error', undefined],
    ['Steps: «0»', 'warning', undefined],
    ['Steps: «151»', 'warning', undefined],
    ['CFG scale: «seven»', 'error', undefined],
    ['CFG scale: «7,5»', 'error', 'CFG scale: 7.5'],
    ['CFG scale: «0.5»', 'warning', undefined],
    ['CFG scale: «nan»', 'error', undefined],
    ['Seed: «x»', 'error', undefined],
    ['Seed: «-5»', 'warning', undefined],
    ['Size: «512*768»', 'error', 'Size: 512x768'],
    ['Size: «512 x 768»', 'error', 'Size: 512x768'],
    ['Size: «512X768»', 'error', 'Size: 512x768'],
    ['Size: «512×768 px»', 'error', 'Size: 512x768'],
    ['Size: «square»', 'error', undefined],
    ['Size: «510x768»', 'warning', undefined],
    ['Size: «16x16»', 'warning', undefined],
    ['Size: «516x768»', 'warning', undefined],
    ['Sampler: «euler_a»', 'warning', 'Sampler: Euler a'],
    ['Sampler: «DPM++2M»', 'warning', 'Sampler: DPM++ 2M'],
    ['Sampler: «Magic»', 'info', undefined],
    ['Schedule type: «karras»', 'warning', 'Schedule type: Karras'],
    ['Schedule type: «Fancy»', 'info', undefined],
    ['Clip skip: «two»', 'error', undefined],
    ['Clip skip: «13»', 'warning', undefined],
    ['Denoising strength: «1.5»', 'warning', undefined],
    ['RNG: «cpu»', 'warning', 'RNG: CPU'],
  ] as const)('reports %s', (marked, severity, fixed) => {
    check(`a\n${marked}, Version: v1, User: me`, 'invalid-parameter', {
      severity,
      ...(fixed && { fixed: `a\n${fixed}, Version: v1, User: me` }),
    });
  });
  it('moves a size to the nearest multiple of 8 on request', () => {
    check('a\nSize: «510x763», Version: v1, User: me', 'invalid-parameter', {
      unsafe: 'a\nSize: 512x760, Version: v1, User: me',
    });
  });
  it('reports a key that is written twice', () => {
    check('a\n«Steps»: 10, Steps: 20, User: me', 'invalid-parameter', {
      message: 'only the last one counts',
    });
  });
  it.each([
    'Steps: 1',
    'Steps: 150',
    'CFG scale: 7.5',
    'CFG scale: 1',
    'Seed: -1',
    'Seed: 0',
    'Seed: 4294967295',
    'Size: 512x768',
    'Size: 64x64',
    'Sampler: DPM++ 2M Karras',
    'Sampler: DPM++ 2M',
    'Sampler: Euler',
    'Schedule type: SGM Uniform',
    'Clip skip: 2',
    'Denoising strength: 0.45',
    'RNG: NV',
    'Model: x',
  ])('accepts %s', (pair) => {
    check(`a\n${pair}, Version: v1, User: me`, 'invalid-parameter');
  });
  it('reports a decimal comma once', () => {
    const found = findings('a\nSteps: 20, CFG scale: 7,5, Seed: 1').map((finding) => finding.ruleId);
    expect(found).toEqual(['invalid-parameter']);
  });
});

describe('unknown-model', () => {
  it('reports a model that is not configured', () => {
    check(`a\nSteps: 20, Model: «dreamshaper_8»${rest}`, 'unknown-model', {
      severity: 'info',
      message: '`models`',
    });
    check(`a\nSteps: 20, Model: «sd16»${rest}`, 'unknown-model', {
      severity: 'warning',
      unsafe: `a\nSteps: 20, Model: sd15${rest}`,
    });
  });
  it('writes a name in quotes where it has to', () => {
    const named = environment([], { models: [model('day, night'), model('noon')] });
    check(`a\nSteps: 20, Model: «day_night_2»${rest}`, 'unknown-model', {
      environment: named,
      unsafe: `a\nSteps: 20, Model: "day, night"${rest}`,
    });
  });
  it('accepts known ones, and everything where none is configured', () => {
    check(`a\nSteps: 20, Model: sd15${rest}`, 'unknown-model');
    check(`a\nSteps: 20, Model: SD15.safetensors${rest}`, 'unknown-model');
    check(`a\nSteps: 20, Model: x${rest}`, 'unknown-model', { environment: environment([]) });
    check('a', 'unknown-model');
  });
});

describe('unknown-embedding', () => {
  it('reports slips', () => {
    check('a\nNegative prompt: «EasyNegativ», bad', 'unknown-embedding', {
      severity: 'warning',
      unsafe: 'a\nNegative prompt: EasyNegative, bad',
    });
    check('a\nNegative prompt: («badhandv5»:1.2)', 'unknown-embedding', {
      unsafe: 'a\nNegative prompt: (badhandv4:1.2)',
    });
    check('«my_style_embeding»', 'unknown-embedding');
  });
  it('reports popular ones that are missing, and those that are named as such', () => {
    check('a\nNegative prompt: «ng_deepnegative_v1_75t»', 'unknown-embedding', { severity: 'info' });
    check('embedding:«nope», a', 'unknown-embedding', { severity: 'warning' });
  });
  it('reports a word that the picture was made with as an embedding', () => {
    const parameters =
      '\nSteps: 20, Sampler: Euler, TI hashes: "my-hands: c74b4e810b03, EasyNegative: 66a7279a88dd"';
    check(`a\nNegative prompt: «my-hands», EasyNegative${parameters}`, 'unknown-embedding', {
      severity: 'warning',
      message: /`TI hashes` say that the picture was made with it/,
    });
    check('a\nNegative prompt: my-hands', 'unknown-embedding');
  });
  it('accepts installed ones, words, and everything where no folder is configured', () => {
    for (const text of [
      'EasyNegative',
      'easynegative',
      'embedding:badhandv4',
      'easy negative words',
      'negative',
      'my style embedding',
    ])
      check(text, 'unknown-embedding');
    check('ng_deepnegative_v1_75t', 'unknown-embedding', {
      environment: { ...STUDIO, embeddingsKnown: false },
    });
  });
  it('takes no short word for a slip', () => {
    const short = { ...STUDIO, embeddings: [{ name: 'badhand' }] };
    check('badhan, badhands4, «badhanf»', 'unknown-embedding', { environment: short });
  });
});

describe('unknown-wildcard', () => {
  it('reports a wildcard without a file', () => {
    check('a __«colrs»__ hat', 'unknown-wildcard', { severity: 'warning', unsafe: 'a __colors__ hat' });
    check('__~«nope»__, __«hairs/*»__', 'unknown-wildcard');
    check('__«h*t»__, __hair/*t__, __**t__', 'unknown-wildcard');
  });
  it('accepts files, patterns and names of LoRAs', () => {
    for (const text of [
      '__colors__',
      '__hair/long__',
      '__hair/*__',
      '__**__',
      '__@colors__',
      '__colors(x=red)__',
      '<lora:a__b__c:1>',
      'snake__case',
      '__ __',
    ])
      check(text, 'unknown-wildcard');
    check('__nope__', 'unknown-wildcard', { environment: { ...STUDIO, wildcards: undefined } });
  });
});
