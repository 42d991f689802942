import type { OnnxModel } from './model';
import { findSlots } from './slots';

/**
 * The trainable modules of a graph and the shape of each one's weight in PyTorch layout, keyed by module path with
 * dots (`down_blocks.0.attentions.0.…to_q`: `[320, 320]`). This is what a network file's modules are counted against.
 */
export function modulesOf(model: OnnxModel): Record<string, number[]> {
  const modules: Record<string, number[]> = {};
  for (const { part, path, shape, packed } of findSlots(model)) {
    if (part !== 'weight') continue;
    if (packed) for (const module of packed) modules[module.path] = [module.rows.length, ...shape.slice(1)];
    else modules[path] = [...shape];
  }
  return modules;
}
