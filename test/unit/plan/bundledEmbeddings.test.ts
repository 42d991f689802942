import { describe, expect, it } from 'vitest';
import { EMPTY_ENVIRONMENT, type Environment } from '../../../server/src/language/environment';
import { complete } from '../../../server/src/language/features/completion';
import { buildPlan } from '../../../server/src/language/plan/buildPlan';
import { parse } from '../../../server/src/language/syntax/parse';
import { lookup, lora, model } from '../features/support';

const base = model('base', { path: '/base', format: 'onnx', nativeSize: 64 });
const hat = lora('hat', { embeddings: ['hat-word', 'EasyNegative'] });
const scarf = lora('scarf', { embeddings: ['hat-word'] });
const environment: Environment = {
  ...EMPTY_ENVIRONMENT,
  baseModel: base,
  models: [base],
  loras: lookup([hat, scarf, lora('plain')]),
  embeddings: [{ name: 'easynegative', path: '/embeddings/easynegative.safetensors', shortHash: 'abc' }],
  embeddingsKnown: true,
};

function embeddingsOf(prompt: string, negative = '') {
  const text = `${prompt}\nNegative prompt: ${negative}\nSteps: 4, Sampler: Euler, Seed: 1`;
  const result = buildPlan(parse(text), 0, environment, { drawnSeed: 1 });
  if (!result.ok) throw new Error(result.problem.message);
  return result.value.plan;
}

describe('an embedding bundled with a LoRA', () => {
  it('is a word of the prompts that name the LoRA', () => {
    expect(embeddingsOf('a HAT-WORD <lora:hat:0.5>').embeddings).toEqual([
      { name: 'hat-word', path: '/loras/hat.safetensors', bundled: true },
    ]);
    expect(embeddingsOf('a <lora:hat:0>', 'hat-word').embeddings).toHaveLength(1);
    expect(embeddingsOf('a hat-word <lora:plain:1>')).not.toHaveProperty('embeddings');
    expect(embeddingsOf('a hat <lora:hat:1>')).not.toHaveProperty('embeddings');
  });

  it('takes the place of an installed one of its name, and has no hash of its own', () => {
    const bundled = embeddingsOf('a <lora:hat:1>', 'easynegative');
    expect(bundled.embeddings).toMatchObject([{ name: 'EasyNegative', bundled: true }]);
    expect(bundled.infotext).not.toContain('TI hashes');
    const installed = embeddingsOf('a', 'easynegative');
    expect(installed.embeddings).toEqual([
      { name: 'easynegative', path: '/embeddings/easynegative.safetensors' },
    ]);
    expect(installed.infotext).toContain('TI hashes');
  });

  it('of two LoRAs is that of the later one, which the web UI loads last', () => {
    const { embeddings } = embeddingsOf('a hat-word <lora:hat:1> <lora:scarf:1>');
    expect(embeddings).toMatchObject([{ path: '/loras/scarf.safetensors' }]);
  });

  it('is offered while its LoRA is in the prompt', () => {
    const offered = (text: string) =>
      complete(parse(text), text.length, environment).items.map(({ label }) => label);
    expect(offered('<lora:hat:1>, hat-w')).toContain('hat-word');
    expect(offered('<lora:plain:1>, hat-w')).not.toContain('hat-word');
  });
});
