import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../server/src/language/environment';
import { hover } from '../../../server/src/language/features/hover';
import { atCursor, environment, lora, model } from './support';

const ENV = environment(
  [
    lora('anime', {
      alias: 'AnimeOutline',
      triggerWords: ['line art'],
      triggerSource: 'activation text',
      preferredWeight: 0.8,
      previewPath: '/loras/anime.png',
    }),
    lora('xl', { architecture: 'sdxl', candidates: ['sdxl'], reason: 'cross-attention takes 2048 values' }),
  ],
  {
    baseModel: model('sd15'),
    models: [model('sd15')],
    embeddings: [{ name: 'EasyNegative', architecture: 'sd1', vectors: 8 }],
  },
);

/** The hovered text and its Markdown. */
function at(marked: string, env: Environment = ENV): { text: string; markdown: string } | undefined {
  const { document, offset, text } = atCursor(marked);
  const found = hover(document, offset, env);
  return found && { text: text.slice(found.range.start, found.range.end), markdown: found.markdown };
}

describe('hover', () => {
  const cases: [marked: string, text: string, says: RegExp][] = [
    ['<lora:ani|me:0.5>', '<lora:anime:0.5>', /Trigger words \(from activation text\): `line art`/],
    ['<lora:ani|me:0.5>', '<lora:anime:0.5>', /Applied with weight 0\.5\./],
    ['<lora:ani|me:0.5>', '<lora:anime:0.5>', /Preferred weight: 0\.8/],
    ['<lora:ani|me:0.5>', '<lora:anime:0.5>', /✓ It was made for Stable Diffusion 1/],
    ['<lora:anime:0.5:|1>', '<lora:anime:0.5:1>', /0\.5 to the text encoder and 1 to the UNet/],
    ['<lora:Anime|Outline:1>', '<lora:AnimeOutline:1>', /Found by its alias; the file is called `anime`/],
    ['<lora:x|l:1>', '<lora:xl:1>', /✗ .*made for SDXL .*2048.*sd15.* Stable Diffusion 1/],
    ['<lora:no|ne:1>', '<lora:none:1>', /No LoRA is called `none`/],
    ['<lora:an|ime:abc>', '<lora:anime:abc>', /switches off every LoRA/],
    [
      'a\nNegative prompt: <lora:an|ime:1>',
      '<lora:anime:1>',
      /In a negative prompt the web UI loads no LoRA/,
    ],
    ['<segm|ent:x:1>', '<segment:x:1>', /removes `<segment:x:1>`/],
    ['((wo|rd))', 'word', /Weight 1\.21, from 2 pairs of brackets/],
    ['[wo|rd]', 'word', /Weight 0\.909/],
    ['(a:1.5|)', '(a:1.5)', /Weight 1\.5/],
    ['(|[a:1.5])', '[a:1.5]', /Adds|Uses|never/],
    ['[cat:dog:0|.5]\nSteps: 10', '[cat:dog:0.5]', /Uses `cat` up to step 5 \(50 % of 10\), then `dog`/],
    ['[cat::|4]\nSteps: 10', '[cat::4]', /Uses `cat` up to step 4 of 10, then leaves it out/],
    ['[word:1.|2]', '[word:1.2]', /never/],
    ['[a|¦b]', '[a|b]', /`a`, then `b`/],
    ['(a BR|EAK b)', 'BREAK', /inside brackets does not break/],
    ['a BR|EAK b', 'BREAK', /ends the chunk/],
    ['a AN|D b', 'AND', /splits the prompt/],
    ['a \\|( b', '\\(', /A literal `\(`/],
    ['C:\\|temp', '\\t', /The backslash is dropped/],
    ['a # no|te', '# note', /A comment/],
    ['a\nSte|ps: 20', 'Steps: 20', /denoising steps/],
    ['a\nSteps: 20, Model: sd|15', 'Model: sd15', /`sd15`: sd1 \(sdprompt\.config\.json\)/],
    ['a\nSteps: 20, Foo: b|ar, Seed: 1', 'Foo: bar', /not a parameter known here/],
    ['a, easyneg|ative, b', 'easynegative', /The embedding `EasyNegative` \(sd1, 8 vectors\)/],
  ];
  it.each(cases)('%j', (marked, text, says) => {
    const found = at(marked);
    expect(found?.text).toBe(text);
    expect(found?.markdown.replace(/\\(?=[._-])/g, '')).toMatch(says);
  });

  it('says nothing about plain words', () => {
    expect(at('a cat|, b')).toBeUndefined();
  });

  it('keeps text of files from becoming markup', () => {
    const hostile = lora('x', {
      description: '<script>alert(1)</script> ![a](http://x) [l](command:y)',
      triggerWords: ['`', '``<img src=x>'],
    });
    const markdown = at('<lora:|x:1>', environment([hostile]))?.markdown ?? '';
    expect(markdown).toContain('\\<script\\>');
    expect(markdown).toContain('!\\[a\\](http://x)');
    expect(markdown).toContain('``` ``<img src=x> ```');
  });

  it('names the picture of a LoRA', () => {
    const { document, offset } = atCursor('<lora:an|ime:1>');
    expect(hover(document, offset, ENV)?.picture).toBe('/loras/anime.png');
  });

  it('never throws', () => {
    const text =
      '\ufeff((a:b), [c:d:0.5], <lora:x, [e¦f], \\( # z\n[:g:1] AND BREAK\nNegative prompt: (h AND\nSteps: x, Y: "';
    const { document } = atCursor(`${text}|`);
    for (let offset = 0; offset <= document.text.length; offset++) {
      const found = hover(document, offset, ENV);
      expect(found?.range.end ?? 0).toBeLessThanOrEqual(document.text.length);
    }
  });
});
