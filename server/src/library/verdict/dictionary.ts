import {
  type ArchitectureLayout,
  fitsWeight,
  LAYOUTS,
  textEncoderModules,
  unetModules,
  unetShapes,
} from '../../formats/lora';
import type { Evidence, Finding, Sized } from './evidence';

const UNET_BLOCK = /^(?:down_blocks|up_blocks|mid_block|input_blocks|middle_block|output_blocks)_/;
const UNET_PART =
  /^(?:conv_in|conv_out|conv_norm_out|time_embed(?:ding)?|add_embedding|label_emb|out)(?:_|$)/;

/** Below this share of fitting modules a U-Net counts as one of an unknown kind. */
const PARTIAL_FIT = 0.9;

/** A verdict by dictionary; `fits` and `total` are given when some modules do not fit. */
export interface DictionaryFinding extends Finding {
  readonly partial?: { readonly fits: number; readonly total: number };
}

/** True when the modules are those of a U-Net of the Stable Diffusion family, whatever its size. */
export function isUnet(unet: readonly Sized[]): boolean {
  return (
    unet.some(({ key }) => UNET_BLOCK.test(key)) ||
    (unet.length > 0 && unet.every(({ key }) => UNET_PART.test(key)))
  );
}

/**
 * The dictionary rule: an architecture is a candidate if and only if it has every U-Net module of the file and every
 * known dimension equals that of its weight. Text encoder widths, the kind of factors and the number of modules then
 * narrow what several architectures share.
 */
export function findUnet(evidence: Evidence): DictionaryFinding | undefined {
  const { unet } = evidence;
  const total = unet.length;
  const whole = LAYOUTS.filter((layout) => fitsAll(unet, shapesOf(layout)));
  if (whole.length === 1) {
    return {
      candidates: [whole[0]!.name],
      because: `all ${total} U-Net modules fit ${whole[0]!.title} and nothing else`,
    };
  }
  if (whole.length > 1) return narrow(whole, evidence);

  const counts = LAYOUTS.map((layout) => ({ layout, fits: countFits(unet, shapesOf(layout)) }));
  const best = Math.max(...counts.map(({ fits }) => fits));
  if (best < total * PARTIAL_FIT) return undefined;
  const nearest = counts.filter(({ fits }) => fits === best).map(({ layout }) => layout);
  return {
    ...narrow(nearest, evidence),
    because: `${best} of ${total} U-Net modules fit ${listTitles(nearest)}, more than any other`,
    partial: { fits: best, total },
  };
}

function narrow(layouts: readonly ArchitectureLayout[], evidence: Evidence): Finding {
  const { unet } = evidence;
  const complete = layouts.filter((layout) => hasAllOfItsKinds(unet, layout));
  if (complete.length === 1) {
    return {
      candidates: [complete[0]!.name],
      because: `it has exactly the ${unet.length} modules of ${complete[0]!.title}'s U-Net`,
    };
  }
  const byText = layouts.filter((layout) => fitsTextEncoders(evidence.textEncoders, layout));
  if (byText.length === 1 && evidence.textEncoders.length > 0) {
    return {
      candidates: [byText[0]!.name],
      because: `its U-Net modules fit ${listTitles(layouts)}, its text encoder modules only ${byText[0]!.title}`,
    };
  }
  const left = byText.length > 0 ? byText : layouts;
  const byKind = left.filter((layout) => !hasFlatWeightsForKernels(unet, shapesOf(layout)));
  if (byKind.length === 1) {
    return {
      candidates: [byKind[0]!.name],
      because: `its proj_in and proj_out are convolutions, as in ${byKind[0]!.title}`,
    };
  }
  const remaining = byKind.length > 0 ? byKind : left;
  return {
    candidates: remaining.map(({ name }) => name).sort(),
    because: `all ${unet.length} U-Net modules fit ${listTitles(remaining)} alike`,
  };
}

/** Fewer modules say nothing about how many there are. */
const MANY_MODULES = 48;

/** True when of every kind of module in the file (`attn1.to_q`, `proj_in` …) it has all that the architecture has. */
function hasAllOfItsKinds(unet: readonly Sized[], layout: ArchitectureLayout): boolean {
  if (unet.length < MANY_MODULES) return false;
  const own = countKinds(unet.map(({ key }) => key));
  const all = kindsOf(layout);
  return own.size > 0 && [...own].every(([kind, count]) => all.get(kind) === count);
}

function countKinds(keys: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) {
    const kind = kindOf(key);
    if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** What a module is in its transformer block, whichever that is; both naming worlds have the same names there. */
function kindOf(key: string): string | undefined {
  const inside = /_transformer_blocks_\d+_(.+)$|_(proj_(?:in|out))$/.exec(key);
  return inside?.[1] ?? inside?.[2];
}

const kinds = new Map<string, Map<string, number>>();

/** How many modules of each kind an architecture has. */
function kindsOf(layout: ArchitectureLayout): ReadonlyMap<string, number> {
  let counts = kinds.get(layout.name);
  if (!counts) {
    counts = countKinds(unetModules(layout.unet).map(({ path }) => path.replaceAll('.', '_')));
    kinds.set(layout.name, counts);
  }
  return counts;
}

/** Quicker than counting: most architectures lack one of the first modules. */
function fitsAll(unet: readonly Sized[], shapes: ReadonlyMap<string, readonly number[]>): boolean {
  return unet.every(({ key, dimensions }) => {
    const weight = shapes.get(key);
    return weight !== undefined && fitsWeight(dimensions, weight);
  });
}

function countFits(unet: readonly Sized[], shapes: ReadonlyMap<string, readonly number[]>): number {
  let fits = 0;
  for (const { key, dimensions } of unet) {
    const weight = shapes.get(key);
    if (weight && fitsWeight(dimensions, weight)) fits++;
  }
  return fits;
}

/** 4-D factors for a weight that is a matrix: no trainer makes them, while flattening a convolution is common. */
function hasFlatWeightsForKernels(
  unet: readonly Sized[],
  shapes: ReadonlyMap<string, readonly number[]>,
): boolean {
  return unet.some(({ key, dimensions }) => dimensions.convolution === true && shapes.get(key)?.length === 2);
}

const dictionaries = new Map<string, Map<string, readonly number[]>>();

function shapesOf(layout: ArchitectureLayout): ReadonlyMap<string, readonly number[]> {
  let shapes = dictionaries.get(layout.name);
  if (!shapes) {
    shapes = unetShapes(layout.unet);
    dictionaries.set(layout.name, shapes);
  }
  return shapes;
}

/** True when every text encoder module of the file exists in the architecture, with its dimensions. */
export function fitsTextEncoders(modules: readonly Sized[], layout: ArchitectureLayout): boolean {
  return modules.every(({ module, key, dimensions }) => {
    const { textEncoders } = layout;
    // `text_encoder.` and `lora_te_` mean the only encoder where there is one, the first where there are two.
    const { component: part } = module;
    const component = part === 'te3' || part === 'unet' ? undefined : part;
    const encoder =
      component === undefined
        ? undefined
        : (textEncoders[component] ?? (component === 'te1' ? textEncoders.te : undefined));
    if (!encoder) return false;
    const weight = encoderShapes(encoder).get(key);
    return weight !== undefined && fitsWeight(dimensions, weight);
  });
}

const encoderDictionaries = new WeakMap<object, Map<string, readonly number[]>>();

function encoderShapes(
  encoder: Parameters<typeof textEncoderModules>[0],
): ReadonlyMap<string, readonly number[]> {
  let shapes = encoderDictionaries.get(encoder);
  if (!shapes) {
    shapes = new Map(textEncoderModules(encoder).map(([path, shape]) => [path.replaceAll('.', '_'), shape]));
    encoderDictionaries.set(encoder, shapes);
  }
  return shapes;
}

function listTitles(layouts: readonly ArchitectureLayout[]): string {
  const titles = layouts.map(({ title }) => title);
  return titles.length < 2 ? titles.join('') : `${titles.slice(0, -1).join(', ')} and ${titles.at(-1)}`;
}
