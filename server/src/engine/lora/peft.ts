import type { LoraModule } from '../../formats/lora/modules';
import { failure, type Result, success } from '../../shared/problem';
import type { PeftConfig } from './kinds/kind';
import { matchPatterns } from './peftPatterns';

const COMPONENT_NAMES: Readonly<Record<string, readonly string[]>> = {
  unet: ['unet', 'transformer'],
  te: ['text_encoder'],
  te1: ['text_encoder'],
  te2: ['text_encoder_2'],
  te3: ['text_encoder_3'],
};

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * PEFT keeps alpha and more outside the tensors: in the metadata entry `lora_adapter_metadata` (keys such as
 * `unet.lora_alpha`), or in `adapter_config.json` beside the file. Returns what it says of each module; nothing for
 * modules of other trainers, and where neither says anything. Fails with `lora-pattern` when the file's patterns of
 * module names cannot be matched in reasonable time.
 */
export function readPeft(
  metadata: Readonly<Record<string, string>>,
  adapterConfig: () => string | undefined,
  modules: readonly LoraModule[],
): Result<ReadonlyMap<LoraModule, PeftConfig>> {
  const found = new Map<LoraModule, PeftConfig>();
  const own = modules.filter(isPeft);
  if (own.length === 0) return success(found);
  const embedded = parseObject(metadata.lora_adapter_metadata);
  const beside = embedded ? undefined : parseObject(adapterConfig());
  const groups = new Map<JsonObject, LoraModule[]>();
  const parts = new Map<string, JsonObject>();
  for (const module of own) {
    const config = embedded
      ? (parts.get(module.component) ?? partOf(embedded, module.component))
      : (beside ?? {});
    parts.set(module.component, config);
    groups.set(config, [...(groups.get(config) ?? []), module]);
  }
  for (const [config, members] of groups) {
    const alphas = valuesOf(config, 'alpha_pattern', config.lora_alpha ?? config.alpha, members);
    const ranks = valuesOf(config, 'rank_pattern', config.r, members);
    if (!alphas || !ranks)
      return failure(
        'lora-pattern',
        'its adapter configuration holds a pattern of module names that takes too long to match.',
        'Simplify alpha_pattern and rank_pattern, or use another file.',
      );
    for (const [index, module] of members.entries())
      found.set(module, {
        ...(alphas[index] !== undefined && { alpha: alphas[index] }),
        ...(ranks[index] !== undefined && { rank: ranks[index] }),
        rslora: config.use_rslora === true,
        oft: {
          terms:
            config.use_cayley_neumann === false ? undefined : numberIn(config, 'num_cayley_neumann_terms', 5),
          limit: config.coft === true ? numberIn(config, 'eps', 6e-5) : undefined,
        },
      });
  }
  return success(found);
}

/** LoHa and LoKr of PEFT have LyCORIS' names for their tensors; the prefix tells them apart. */
function isPeft({ scheme, prefix }: LoraModule): boolean {
  return scheme === 'peft' || prefix.startsWith('base_model.model.');
}

/** The entries of a component, its name removed; all of them where none carries it. */
function partOf(embedded: JsonObject, component: string): JsonObject {
  for (const name of COMPONENT_NAMES[component] ?? []) {
    const prefix = `${name}.`;
    const own = Object.entries(embedded).filter(([key]) => key.startsWith(prefix));
    if (own.length > 0)
      return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
  }
  return { ...embedded };
}

/** A number for each module: that of the first pattern which matches its name, else `usual`. */
function valuesOf(
  config: JsonObject,
  key: string,
  usual: unknown,
  modules: readonly LoraModule[],
): (number | undefined)[] | undefined {
  const held = config[key];
  const patterns = typeof held === 'object' && held !== null ? Object.entries(held) : [];
  // A pattern may name a module from the model's root, which a wrapper's prefix hides in the file.
  const full = ({ prefix, name }: LoraModule) => prefix.replace(/^base_model\.model\./, '') + name;
  const texts = patterns.map(([pattern]) => pattern);
  const matches = matchPatterns(texts, [...modules.map(({ name }) => name), ...modules.map(full)]);
  return (
    matches &&
    modules.map((_, index) => {
      const [short, whole] = [matches[index]!, matches[modules.length + index]!];
      const first = short < 0 || (whole >= 0 && whole < short) ? whole : short;
      const value = first < 0 ? usual : patterns[first]![1];
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
    })
  );
}

function numberIn(config: JsonObject, key: string, usual: number): number {
  const value = config[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : usual;
}

function parseObject(text: string | undefined): JsonObject | undefined {
  if (!text) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}
