import { describe, expect, it } from 'vitest';
import { applyFixes, fixAll } from '../../../server/src/language/rules/fix';
import { lint } from '../../../server/src/language/rules/run';
import { parse } from '../../../server/src/language/syntax/parse';
import { check, findings } from './check';
import { environment, lora, STUDIO } from './environment';

const fixed = (text: string, env = STUDIO): string =>
  fixAll(text, (now) => lint(parse(now), env), { unsafe: false }).text;

/** Slips in the brackets, tags and labels of real prompts, with what `--fix` makes of them. Each joins an older rule. */
describe('brackets', () => {
  it('names the opener that is missing, and never makes the slip permanent', () => {
    const text = 'hat\nNegative prompt: worst quality, low quality:1.4«)», technology';
    check(text, 'unbalanced-bracket', {
      message: 'Write `(low quality:1.4)`',
      fixed: 'hat\nNegative prompt: worst quality, low quality:1.4), technology',
      unsafe: 'hat\nNegative prompt: worst quality, (low quality:1.4), technology',
    });
  });
  it.each([
    ['a (hat:1.2], rain', 'a (hat:1.2), rain'],
    ['a [cat:dog:0.5), rain', 'a [cat:dog:0.5], rain'],
    ['saber_(fate\\), rain', 'saber_\\(fate\\), rain'],
    ['saber_\\(fate), rain', 'saber_\\(fate\\), rain'],
    ['sad, :(, rain', 'sad, :\\(, rain'],
    ['a [cat:dog:0,5] here', 'a [cat:dog:0.5] here'],
    ['a [cat:dog:50%] here', 'a [cat:dog:0.5] here'],
    ['a [cat::25 %] here', 'a [cat::0.25] here'],
    ['a [dog:10 steps] here', 'a [dog:10] here'],
    ['a (:3), rain', 'a (:3:1.1), rain'],
    ['1girl, :3', '1girl, :3,'],
  ])('%s', (text, expected) => {
    expect(fixed(text)).toBe(expected);
  });
  it.each([
    '1girl, (:3:1.2), cat ears',
    '1girl, (>:3:1.2), x',
    'a [cat:dog:0.5]',
    'a [cat:dog:10]',
    'a [at 10%]',
    'a [note: red, 5 hats]',
  ])('%s is left alone', (text) => {
    expect(findings(text).filter(({ ruleId }) => ruleId !== 'schedule-never-switches')).toEqual([]);
  });
});

describe('tags', () => {
  const env = environment([lora('fairycore'), lora('cat(anime style)'), lora('add_detail')]);
  it.each([
    ['1girl, (lora:fairycore:1), hat', '1girl, <lora:fairycore:1>, hat'],
    ['1girl, lora:add_detail:0.8>, hat', '1girl, <lora:add_detail:0.8>, hat'],
    ['1girl, [lora:fairycore:0.5], hat', '1girl, <lora:fairycore:0.5>, hat'],
    ['1girl, {lora:fairycore:0.5}, hat', '1girl, <lora:fairycore:0.5>, hat'],
    ['1girl, lora:fairycore:0.5, hat', '1girl, <lora:fairycore:0.5>, hat'],
    ['1girl, &lt;lora:fairycore:0.5&gt;, hat', '1girl, <lora:fairycore:0.5>, hat'],
    ['hat, <lora:fairycore:1:tee=0.5>', 'hat, <lora:fairycore:1:te=0.5>'],
    ['hat, <lora:fairycore:1:UNET=0.5>', 'hat, <lora:fairycore:1:unet=0.5>'],
    ['hat, <lora:fairycore:1:clip=0.5>', 'hat, <lora:fairycore:1:te=0.5>'],
    ['<lora:cat\\(anime style\\):1>, hat', '<lora:cat(anime style):1>, hat'],
    ['<lora:add\\_detail:1>, hat', '<lora:add_detail:1>, hat'],
    ['<lora:fairycore=0.8>, hat', '<lora:fairycore:0.8>, hat'],
    ['<lora:fairycore:0.5:ALL0.5>, hat', '<lora:fairycore:0.5:lbw=ALL0.5>, hat'],
    ['hat, <lora:fairy\ncore:0.5>, rain', 'hat, <lora:fairycore:0.5>, rain'],
    ['hat, <lora:fairycore:0.5), rain', 'hat, <lora:fairycore:0.5>, rain'],
    ['1girl, \\m/, \\o/, smile', '1girl, \\\\m/, \\\\o/, smile'],
    ['1girl, \\(^o^)/, smile', '1girl, \\\\\\(^o^\\)/, smile'],
    ['1girl, \\||/, smile', '1girl, \\\\\\|\\|/, smile'],
  ])('%s', (text, expected) => {
    expect(fixed(text, env)).toBe(expected);
    expect(lint(parse(expected), env).filter(({ severity }) => severity !== 'info')).toEqual([]);
  });
  it('says that a tag stands inside another, and repairs nothing', () => {
    const [finding] = findings('hat, <lora:add_detail:<random:0.5:1>>', { environment: env });
    expect(finding).toMatchObject({
      ruleId: 'unclosed-tag',
      message: expect.stringContaining('inside a tag'),
    });
    expect(applyFixes('hat', [finding!], { unsafe: true }).applied).toBe(0);
    check('<lora:add_detail:<random:0.5:1>>', 'unclosed-tag', { environment: { ...env, target: 'swarmui' } });
  });
  it.each([
    'a girl called (lora:1.2), flora:fauna, hat',
    'explora:map:3, Lora: a girl, hat',
    '<lora:fairycore:0.8:te=0.5>, <lora:add_detail:0.5:lbw=ALL0.5:stop=5>, hat',
    '\\\\m/, \\(hat\\), x',
  ])('%s is left alone', (text) => {
    expect(lint(parse(text), env)).toEqual([]);
  });
});

describe('labels and parameters', () => {
  const steps = 'Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512';
  it.each([
    [
      `Prompt: a cat, sitting\nNegative prompt: bad\n${steps}`,
      `a cat, sitting\nNegative prompt: bad\n${steps}`,
    ],
    [`Positive prompt: a cat\n${steps}`, `a cat\n${steps}`],
    [`parameters\na cat\n${steps}`, `a cat\n${steps}`],
    [
      `**Prompt:** a cat\n\n**Negative prompt:** bad\n\n${steps}`,
      `a cat\n\nNegative prompt: bad\n\n${steps}`,
    ],
    [`プロンプト: 猫\nネガティブプロンプト: 低品質\n${steps}`, `猫\nNegative prompt: 低品質\n${steps}`],
    [`一只猫\n反向提示词： 低质量\n${steps}`, `一只猫\nNegative prompt: 低质量\n${steps}`],
    [
      '1girl\nSteps：20，Sampler：Euler a，CFG scale：7，Seed：1',
      '1girl\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1',
    ],
    [
      '1girl\nSteps: 20, Sampler: Euler a, CFG: 7, Seed: 1, Width: 512, Height: 768',
      '1girl\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x768',
    ],
    [
      'a cat\nSteps: 25 | Seed: 18 | Sampler: Euler a | CFG scale: 7 | Size: 768x512',
      'a cat\nSteps: 25, Seed: 18, Sampler: Euler a, CFG scale: 7, Size: 768x512',
    ],
    ['a cat\nSteps: 25; Seed: 18; CFG scale: 7', 'a cat\nSteps: 25, Seed: 18, CFG scale: 7'],
    [
      '1girl\nsteps: 20, sampler: Euler, cfg scale: 7, seed: 1',
      '1girl\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1',
    ],
    [
      `a cat\n${steps}\n\nTime taken: 8.78s\n\nTorch active/reserved: 3404/4220 MiB, Sys VRAM: 5873/8192 MiB (71.7%)`,
      `a cat\n${steps}`,
    ],
  ])('%s', (text, expected) => {
    expect(fixed(text)).toBe(expected);
    expect(findings(expected).filter(({ severity }) => severity !== 'hint')).toEqual([]);
  });
  it.each([
    `prompt engineering book, hat\n${steps}`,
    `positive mood, hat\n${steps}`,
    `a negative space, hat\n${steps}`,
  ])('%s is left alone', (text) => {
    expect(findings(text)).toEqual([]);
  });
});
