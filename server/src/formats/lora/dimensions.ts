import type { LoraModule, TensorShape } from './modules';

/** What a module's tensors say about the weight they change. Undefined: they do not say. */
export interface ModuleDimensions {
  readonly in?: number;
  readonly out?: number;
  /** IA3 holds one vector and only its value `on_input` says for which side; it fits if either side does. */
  readonly either?: number;
  readonly rank?: number;
  /** True: the factors are those of a convolution (4-D); false: of a linear layer. */
  readonly convolution?: boolean;
}

type Shapes = (tensorName: string) => TensorShape | undefined;

/**
 * Reads in, out and rank off the shapes, for every network type (LoRA and LoCon, LoHa, LoKr, GLoRA, OFT, BOFT, IA3,
 * full difference, norm), PyTorch layout.
 */
export function dimensionsOf(module: LoraModule, shapes: Shapes): ModuleDimensions {
  const shape = (role: string): readonly number[] | undefined => {
    const name = module.tensors[role];
    const found = name === undefined ? undefined : shapes(name)?.shape;
    return found && found.length > 0 ? found : undefined;
  };
  const found =
    loraDimensions(shape) ??
    hadaDimensions(shape) ??
    lokrDimensions(shape) ??
    gloraDimensions(shape) ??
    oftDimensions(shape) ??
    veraDimensions(shape) ??
    fullDimensions(shape) ??
    ia3Dimensions(shape) ??
    {};
  return { ...found, ...doraDimensions(shape, found) };
}

type ShapeOf = (role: string) => readonly number[] | undefined;

function loraDimensions(shape: ShapeOf): ModuleDimensions | undefined {
  const down = shape('lora_down') ?? shape('lora_down.0');
  const up = shape('lora_up') ?? shape('lora_ups.0');
  if (!down && !up) return undefined;
  return {
    in: down?.[1],
    out: up?.[0],
    rank: down?.[0] ?? up?.[1],
    convolution: (down ?? up)!.length >= 4,
  };
}

function hadaDimensions(shape: ShapeOf): ModuleDimensions | undefined {
  const a = shape('hada_w1_a');
  const b = shape('hada_w1_b');
  if (!a || !b) return undefined;
  const tucker = shape('hada_t1');
  // With a core, w1_a is [rank, out]; without one, the input side of a convolution is flattened.
  return tucker
    ? { in: b[1], out: a[1], rank: b[0], convolution: true }
    : { in: b[1], out: a[0], rank: b[0] };
}

function lokrDimensions(shape: ShapeOf): ModuleDimensions | undefined {
  const first = kroneckerFactor(shape, 'lokr_w1');
  const second = kroneckerFactor(shape, 'lokr_w2');
  if (!first || !second) return undefined;
  return {
    in: first.in * second.in,
    out: first.out * second.out,
    rank: shape('lokr_w2_b')?.[0] ?? shape('lokr_w1_b')?.[0],
    convolution: (shape('lokr_w2') ?? shape('lokr_t2') ?? []).length >= 4 ? true : undefined,
  };
}

function kroneckerFactor(shape: ShapeOf, role: string): { in: number; out: number } | undefined {
  const whole = shape(role);
  if (whole) return { out: whole[0]!, in: whole[1] ?? 1 };
  const a = shape(`${role}_a`);
  const b = shape(`${role}_b`);
  if (!a || !b) return undefined;
  const tucker = shape(role === 'lokr_w2' ? 'lokr_t2' : 'lokr_t1');
  return { out: (tucker ? a[1] : a[0]) ?? 1, in: b[1] ?? 1 };
}

/** Two namings exist; the rank is the smaller side of every factor. */
function gloraDimensions(shape: ShapeOf): ModuleDimensions | undefined {
  const [a1, b1, b2] = [shape('a1'), shape('b1'), shape('b2')];
  if (!a1 || !b1 || !b2) return undefined;
  const isNew = b1[0]! >= (b1[1] ?? 1);
  return isNew ? { in: b2[1], out: b1[0], rank: b1[1] } : { in: b1[1], out: b2[0], rank: b1[0] };
}

function oftDimensions(shape: ShapeOf): ModuleDimensions | undefined {
  const blocks = shape('oft_blocks');
  if (shape('boft_r')) return boftDimensions(shape);
  if (!blocks) {
    const scales = shape('oft_s');
    if (shape('oft_r')) return scales ? { out: scales[0] } : {};
    return shape('oft_blocks.0') ? {} : undefined;
  }
  // [blocks, size, size]; butterfly: [factors, blocks, size, size].
  const [count, size] = blocks.length >= 4 ? blocks.slice(1, 3) : blocks;
  return blocks.length < 3 ? {} : { out: count! * size!, rank: size };
}

/** PEFT's BOFT turns the inputs by blocks `[factors, blocks, size, size]` and scales the outputs. */
function boftDimensions(shape: ShapeOf): ModuleDimensions {
  const [, count = 0, size = 0] = shape('boft_r') ?? [];
  const out = shape('boft_s')?.find((side) => side !== 1);
  return { in: count * size, rank: size, ...(out !== undefined && { out }) };
}

/** VeRA has one vector for the outputs; the matrices are shared. */
function veraDimensions(shape: ShapeOf): ModuleDimensions | undefined {
  const out = shape('vera_lambda_b');
  return out && { out: out[0], rank: shape('vera_lambda_d')?.[0] };
}

function fullDimensions(shape: ShapeOf): ModuleDimensions | undefined {
  const weight = shape('diff') ?? shape('set_weight');
  const vector = shape('w_norm') ?? shape('b_norm') ?? shape('diff_b');
  if (weight && weight.length > 1) return { in: weight[1], out: weight[0], convolution: weight.length >= 4 };
  const length = weight?.[0] ?? vector?.[0];
  return length === undefined ? undefined : { out: length };
}

function ia3Dimensions(shape: ShapeOf): ModuleDimensions | undefined {
  const weight = shape('weight') ?? shape('ia3_l');
  return weight ? { either: Math.max(...weight) } : undefined;
}

/** `[1, in, …]` is one factor per input column, `[out, 1, …]` one per output row. */
function doraDimensions(shape: ShapeOf, known: ModuleDimensions): Partial<ModuleDimensions> {
  const scale = shape('dora_scale');
  const magnitude = shape('magnitude');
  if (magnitude && known.out === undefined) return { out: magnitude[0] };
  if (!scale || scale.length < 2) return {};
  if (scale[0] === 1 && scale[1] !== 1 && known.in === undefined) return { in: scale[1] };
  if (scale[1] === 1 && scale[0] !== 1 && known.out === undefined) return { out: scale[0] };
  return {};
}
