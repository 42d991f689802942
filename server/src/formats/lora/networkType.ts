import type { LoraModule, TensorShape } from './modules';

/** Types that cannot be merged into a model, by a role that only they have. */
const UNMERGEABLE: readonly (readonly [role: RegExp, type: string])[] = [
  [/^(?:router|lora_ups\.|lora_downs\.)/, 'hydralora'],
  [/^(?:lora_E|ranknum)$/, 'adalora'],
  [/^vera_lambda_/, 'vera'],
  [/^randlora_/, 'randlora'],
  [/^hra_/, 'hra'],
  [/^vblora_/, 'vblora'],
  [/^shira_/, 'shira'],
  [/^miss_/, 'miss'],
  [/^c3a_/, 'c3a'],
  [/^fourierft_/, 'fourierft'],
  [/^bone_/, 'bone'],
  [/^ln_tuning_/, 'ln-tuning'],
];

/**
 * The type of a module that cannot be merged: its change depends on the picture, on a bank of vectors that other modules
 * share, or on a step that no trainer writes down. Undefined for all others.
 */
export function unmergeableType(roles: Iterable<string>): string | undefined {
  for (const role of roles) {
    const found = UNMERGEABLE.find(([pattern]) => pattern.test(role));
    if (found) return found[1];
  }
  return undefined;
}

/**
 * Network type of one module by its roles: `lora`, `loha`, `lokr`, `glora`, `ia3`, `oft`, `boft`, `full`, `norm`,
 * `set`. DoRA is a property on top of another type and is asked for with `isDora`.
 */
export function moduleType(
  module: LoraModule,
  shapes: (tensorName: string) => TensorShape | undefined,
): string {
  const roles = module.tensors;
  const unmergeable = unmergeableType(Object.keys(roles));
  if (unmergeable) return unmergeable;
  if (roles.hada_w1_a || roles.hada_w1_b) return 'loha';
  if (roles.lokr_w1 || roles.lokr_w1_a || roles.lokr_w2 || roles.lokr_w2_a) return 'lokr';
  if (roles.lora_down || roles.lora_up || roles['lora_down.0'] || roles['lora_up.0']) return 'lora';
  if (roles.oft_blocks) return (shapes(roles.oft_blocks)?.shape.length ?? 3) >= 4 ? 'boft' : 'oft';
  if (roles.boft_r) return 'boft';
  if (roles['oft_blocks.0'] || roles.oft_r) return 'oft';
  if (roles.a1 || roles.b1) return 'glora';
  if (roles.w_norm || roles.b_norm) return 'norm';
  if (roles.diff || roles.diff_b) return 'full';
  if (roles.set_weight || roles.scale) return 'set';
  return 'ia3';
}

/** True when the module's weight is decomposed into magnitude and direction. */
export function isDora(module: LoraModule): boolean {
  return module.tensors.dora_scale !== undefined || module.tensors.magnitude !== undefined;
}

/** Network types whose modules a file may mix without being called a mixture. */
const SIDE_TYPES = new Set(['norm', 'set']);

/**
 * Type of a whole file: the one type of its modules; `dora` when most are decomposed; several joined by `+`, the most
 * frequent first (`full+norm`). LoCon is LoRA on convolutions too and is called `lora`.
 */
export function networkTypeOf(
  modules: readonly LoraModule[],
  shapes: (tensorName: string) => TensorShape | undefined,
): string | undefined {
  const counts = new Map<string, number>();
  let dora = 0;
  for (const module of modules) {
    const type = moduleType(module, shapes);
    counts.set(type, (counts.get(type) ?? 0) + 1);
    if (isDora(module)) dora++;
  }
  if (counts.size === 0) return undefined;
  if (dora * 2 > modules.length) return 'dora';
  const types = [...counts].sort((left, right) => right[1] - left[1]).map(([type]) => type);
  const main = types.filter((type) => !SIDE_TYPES.has(type));
  // A LoRA that also carries a few whole norms is a LoRA; norms beside full-rank diffs are worth naming.
  if (main[0] === 'full') return [...main, ...types.filter((type) => type === 'norm')].join('+');
  return (main.length > 0 ? main : types).join('+');
}
