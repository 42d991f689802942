import { otherNames } from '../architectures';
import { aliasesOf } from './aliases';
import { dimensionsOf, type ModuleDimensions } from './dimensions';
import type { LoraModule, TensorShape } from './modules';

/** How many of a network's modules a model has, with the right shape. */
export interface Fit {
  readonly fits: number;
  readonly total: number;
  /** The modules that do not fit, in file order, with the reason in words. */
  readonly misfits: readonly Misfit[];
}

export interface Misfit {
  readonly module: string;
  readonly reason: string;
}

/**
 * Counts "x of y modules fit" against a model's own modules.
 *
 * @param modules the network's modules
 * @param shapes shape of one of its tensors
 * @param model weight shapes by module path (dots, diffusers naming), PyTorch layout: the denoiser's as they are, the
 * first text encoder's from `text_model.` on, further ones' behind `text_encoder_2.` and so on
 */
export function fitOf(
  modules: readonly LoraModule[],
  shapes: (tensorName: string) => TensorShape | undefined,
  model: Readonly<Record<string, readonly number[]>>,
): Fit {
  const parts = splitParts(model);
  const misfits: Misfit[] = [];
  for (const module of modules) {
    const own = parts.get(partOf(module));
    const weight = own?.get(module.key) ?? own?.get(`${module.key}_scale`);
    if (weight === undefined) {
      misfits.push({ module: module.name, reason: 'the model has no such module' });
      continue;
    }
    const dimensions = dimensionsOf(module, shapes);
    if (!fitsWeight(dimensions, weight)) {
      misfits.push({ module: module.name, reason: describeMisfit(dimensions, weight) });
    }
  }
  return { fits: modules.length - misfits.length, total: modules.length, misfits };
}

/** Weight shapes by alias, one map for each part of the pipeline. */
function splitParts(
  model: Readonly<Record<string, readonly number[]>>,
): Map<string, Map<string, readonly number[]>> {
  const paths = new Map<string, Map<string, readonly number[]>>();
  for (const [path, shape] of Object.entries(model)) {
    const encoder = /^(text_encoder(?:_\d)?)\.(.+)$/.exec(path);
    const part = encoder ? encoder[1]! : path.startsWith('text_model.') ? 'text_encoder' : 'unet';
    const inside = encoder ? encoder[2]! : path;
    const shapes = paths.get(part) ?? new Map<string, readonly number[]>();
    shapes.set(inside, shape);
    paths.set(part, shapes);
  }
  const parts = new Map<string, Map<string, readonly number[]>>();
  for (const [part, shapes] of paths) {
    const aliases = aliasesOf(shapes.keys());
    const own = new Map([...aliases].map(([alias, path]) => [alias, shapes.get(path)!]));
    if (part === 'unet')
      for (const [name, shape] of otherNames(shapes)) if (!own.has(name)) own.set(name, shape);
    parts.set(part, own);
  }
  return parts;
}

const PARTS = {
  unet: 'unet',
  te: 'text_encoder',
  te1: 'text_encoder',
  te2: 'text_encoder_2',
  te3: 'text_encoder_3',
};

function partOf(module: LoraModule): string {
  return PARTS[module.component];
}

/** True unless a known dimension contradicts the weight's shape. */
export function fitsWeight(dimensions: ModuleDimensions, weight: readonly number[]): boolean {
  const [out, into = 1, ...kernel] = weight;
  if (dimensions.either !== undefined) return dimensions.either === out || dimensions.either === into;
  if (dimensions.out !== undefined && dimensions.out !== out) return false;
  if (dimensions.in === undefined || weight.length === 1) return true;
  // Some types flatten a convolution's kernel into the input side.
  return dimensions.in === into || dimensions.in === into * kernel.reduce((left, right) => left * right, 1);
}

function describeMisfit(dimensions: ModuleDimensions, weight: readonly number[]): string {
  const { in: into, out, either } = dimensions;
  const own = either !== undefined ? `width ${either}` : `${into ?? '?'} → ${out ?? '?'}`;
  return `made for ${own}, the model has ${weight[1] ?? 1} → ${weight[0]}`;
}
