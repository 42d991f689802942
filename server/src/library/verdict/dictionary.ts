import {
  type ArchitectureLayout,
  fitsWeight,
  LAYOUTS,
  textEncoderModules,
  unetShapes,
} from '../../formats/lora';
import type { Evidence, Finding, Sized } from './evidence';

const UNET_BLOCK = /^(?:down_blocks|up_blocks|mid_block|input_blocks|middle_block|output_blocks)_/;
const UNET_PART =
  /^(?:conv_in|conv_out|conv_norm_out|time_embed(?:ding)?|add_embedding|label_emb|out)(?:_|$)/;

/** Below this share of fitting modules a U-Net counts as one of an unknown kind. */
const PARTIAL_FIT = 0.6;

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
  const names = layouts.map(({ name }) => name);
  if (names.includes('ssd-1b') && (unet.length === SSD_1B_LINEAR || unet.length === SSD_1B_ALL)) {
    return { candidates: ['ssd-1b'], because: `it has exactly the ${unet.length} modules of SSD-1B's U-Net` };
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

/** U-Net modules of SSD-1B that trainers reach: linear layers in attention, or those and the resnets. */
const SSD_1B_LINEAR = 360;
const SSD_1B_ALL = 426;

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
