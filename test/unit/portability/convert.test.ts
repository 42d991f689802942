import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comfyTokenWeights } from '../../../server/src/language/dialects/comfyui/tokenWeights';
import type { Target } from '../../../server/src/language/environment';
import { type Conversion, convertBlock } from '../../../server/src/language/portability/convert';
import { writeRuns } from '../../../server/src/language/portability/flatten';
import { readPromptAs } from '../../../server/src/language/portability/readAs';
import { COMFY_WRITER } from '../../../server/src/language/portability/writers';
import { parse } from '../../../server/src/language/syntax/parse';
import type { WeightedRun } from '../../../server/src/shared/plan';

function convert(text: string, target: Target): Conversion {
  const document = parse(text);
  return convertBlock(document, document.blocks[0]!, target);
}

describe('convertBlock', () => {
  const text =
    'a ((cat:1.2):1.5), [dim] \\(x\\) <lora:n:0.5:0.8>\nNegative prompt: (bad)\nSteps: 10, Sampler: Euler, Seed: 1';

  it('leaves the text alone for programs that read the web UI’s syntax', () => {
    for (const target of ['a1111', 'forge', 'sdnext'] as const) {
      const { text: converted, losses } = convert(text, target);
      expect([converted, losses]).toEqual([text, []]);
    }
  });

  it('flattens nested weights for ComfyUI, where the inner one would win', () => {
    const { positive, negative, losses } = convert(text, 'comfyui');
    expect(positive).toBe('a (cat:1.8), (dim:0.9091) \\(x\\)');
    expect(negative).toBe('(bad:1.1)');
    expect(losses).toEqual([
      'ComfyUI reads no LoRA from the prompt: add a LoRA loader for n with strength_model 0.8 and strength_clip 0.5.',
    ]);
  });

  it('swaps the two weights of a LoRA for SwarmUI', () => {
    expect(convert(text, 'swarmui').positive).toBe('a (cat:1.8), (dim:0.9091) \\(x\\) <lora:n:0.8:0.5>');
    expect(convert('a BREAK b', 'swarmui')).toMatchObject({ positive: 'a <break> b', losses: [] });
  });

  it('writes weights behind the brackets for InvokeAI', () => {
    expect(convert(text, 'invokeai').positive).toBe('a (cat)1.8, (dim)0.9091 \\(x\\)');
  });

  it('keeps one weight of a LoRA for krita and says so', () => {
    const { positive, losses } = convert(text, 'krita');
    expect(positive).toMatch(/<lora:n:0.8>$/);
    expect(losses).toHaveLength(1);
  });

  it('says what cannot be expressed', () => {
    const { losses } = convert('[a:b:0.5] BREAK c AND d <hypernet:h:1> <lora:x:1:1:8>', 'comfyui');
    expect(losses.join('\n')).toMatch(
      /over the steps[\s\S]*no AND[\s\S]*BREAK[\s\S]*hypernet[\s\S]*rank limit[\s\S]*LoRA loader/,
    );
  });

  it('gives ComfyUI the weights the web UI computes, whatever they are', () => {
    const run = fc.tuple(
      fc.stringMatching(/^[a-z0-9 ,:()]{1,8}$/),
      fc.constantFrom(1, 1.1, 0.5, 1.21, 2, -1, 0),
    );
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 6 }), (runs) => {
        const written = writeRuns(runs as WeightedRun[], COMFY_WRITER);
        expect(letters(comfyTokenWeights(written))).toEqual(letters(runs as WeightedRun[]));
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});

/** Every character that is not a blank or a comma with its weight. */
function letters(runs: readonly WeightedRun[]): [string, number][] {
  return runs.flatMap(([text, weight]) =>
    [...text].filter((letter) => !/[\s,]/.test(letter)).map((letter): [string, number] => [letter, weight]),
  );
}

describe('readPromptAs', () => {
  it('shows where programs differ', () => {
    const text = '((a:1.2):1.5) [b|c] <lora:v1.5:0.5:0.8>';
    expect(readPromptAs(text, 'a1111').runs[0]).toEqual(['a', 1.7999999999999998]);
    expect(readPromptAs(text, 'a1111').loras).toEqual([{ name: 'v1.5', te: 0.5, unet: 0.8 }]);
    expect(readPromptAs(text, 'comfyui').runs[0]).toEqual(['a', 1.2]);
    expect(readPromptAs(text, 'comfyui').notes).toHaveLength(2);
    expect(readPromptAs(text, 'swarmui').loras).toEqual([{ name: 'v1.5', te: 0.8, unet: 0.5 }]);
    expect(readPromptAs(text, 'sdnext').loras[0]?.name).toBe('v1_5');
    expect(readPromptAs(text, 'sdnext').runs[0]).toEqual(['a', 1.8]);
    expect(readPromptAs('<LoRA:x> a # b', 'krita')).toMatchObject({
      runs: [['a', 1]],
      loras: [{ name: 'x', te: 1 }],
    });
    expect(readPromptAs('(a:1.2) \\(b\\)', 'invokeai').runs).toEqual([['a:1 . 2 (b)', 1]]);
    expect(readPromptAs('see http://x.y/z a', 'comfyui').runs).toEqual([['see http:', 1]]);
  });
});
