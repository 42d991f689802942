import { boft } from './boft';
import { full } from './full';
import { glora } from './glora';
import { ia3 } from './ia3';
import type { LoraKind, ModuleTensors } from './kind';
import { loha } from './loha';
import { lokr } from './lokr';
import { lora } from './lora';
import { norm } from './norm';
import { oft } from './oft';
import { peftOft } from './peftOft';
import { setWeight } from './setWeight';
import { splitLora } from './splitLora';

/** Every kind of change a module of a network file can hold. A new kind is one file and one line here. */
export const KINDS: readonly LoraKind[] = [
  lora,
  splitLora,
  loha,
  lokr,
  glora,
  oft,
  peftOft,
  boft,
  full,
  norm,
  setWeight,
  ia3,
];

const OTHERS = ['lora_E', 'ranknum', 'router', 'lora_ups.0'];

/** The kind of a module's tensors; undefined when none knows them. */
export function kindOf(tensors: ModuleTensors): LoraKind | undefined {
  // AdaLoRA and HydraLoRA have a plain LoRA's tensors and more, without which they are something else.
  if (OTHERS.some((role) => tensors.has(role))) return undefined;
  return KINDS.find((kind) => kind.matches(tensors));
}
