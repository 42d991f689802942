import { describe, expect, it } from 'vitest';
import { answered, NEVER, NO_ANSWERS, questionFor } from '../../../client/src/library/suggestion';

const forge = { path: '/home/me/forge/models/Lora', program: 'Forge' };
const comfy = { path: '/home/me/ComfyUI/models/loras', program: 'ComfyUI' };

describe('folders of other programs', () => {
  it('are asked about by name', () => {
    const question = questionFor([forge], NO_ANSWERS);
    expect(question?.message).toContain('Forge at /home/me/forge/models/Lora');
    expect(question?.buttons).toEqual(['Use', 'Not Now', 'Never']);
  });

  it('are asked about together', () => {
    const question = questionFor([forge, comfy], NO_ANSWERS);
    expect(question?.message).toContain('2 LoRA folders of other programs on this machine (Forge, ComfyUI)');
    expect(question?.buttons).toEqual(['Choose…', 'Not Now', 'Never']);
  });

  it('are asked about once, however the question is answered', () => {
    const question = questionFor([forge], NO_ANSWERS)!;
    for (const answer of ['Use', 'Not Now', undefined]) {
      const answers = answered(NO_ANSWERS, question, answer);
      expect(questionFor([forge], answers)).toBeUndefined();
      expect(questionFor([forge, comfy], answers)?.folders).toEqual([comfy]);
    }
  });

  it('are never asked about again after "Never"', () => {
    const answers = answered(NO_ANSWERS, questionFor([forge], NO_ANSWERS)!, NEVER);
    expect(questionFor([comfy], answers)).toBeUndefined();
  });

  it('are not asked about when there are none', () => {
    expect(questionFor([], NO_ANSWERS)).toBeUndefined();
  });
});
