import type { OnnxModel } from './model';
import { findSlots } from './slots';

/**
 * The trainable modules of a graph and the shape of each one's weight in PyTorch layout, keyed by module path with
 * dots (`down_blocks.0.attentions.0.…to_q`: `[320, 320]`). This is what a network file's modules are counted against.
 */
export function modulesOf(model: OnnxModel): Record<string, number[]> {
  const modules: Record<string, number[]> = {};
  for (const slot of findSlots(model)) if (slot.part === 'weight') modules[slot.path] = [...slot.shape];
  return modules;
}
