import { failure, type Result, success } from '../../../shared/problem';
import type { ModelFile } from '../../graph/modelFile';
import { assign, type Component, indexSlots, type SlotIndex } from '../../lora/assign';
import type { BakeJob } from './destination';

/** The networks of a model that LoRAs change. */
export const COMPONENTS: readonly Component[] = ['unet', 'te1', 'te2'];

/** Finds every LoRA's places in the open graphs of a model. Fails with `lora-does-not-fit` where one has none at all. */
export function assignAll(
  { plan, loras }: BakeJob,
  files: Readonly<Partial<Record<Component, ModelFile>>>,
): Result<ReturnType<typeof assign>> {
  const indexes: Partial<Record<Component, SlotIndex>> = {};
  for (const component of COMPONENTS) {
    const file = files[component];
    if (file) indexes[component] = indexSlots(file.slots);
  }
  const assigned = assign(loras, indexes);
  const useless = assigned.reports.find(({ applied }) => applied === 0);
  if (useless)
    return failure(
      'lora-does-not-fit',
      `Nothing of the LoRA ${useless.name} can be merged into ${plan.model.name} (${useless.reasons.join('; ') || 'it has no modules'}).`,
      'Choose a LoRA for this model and a weight other than 0.',
    );
  return success(assigned);
}
