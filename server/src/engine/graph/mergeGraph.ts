import { ELEMENT, encode, type WeightSlot } from '../../formats/onnx/index';
import type { ModelFile } from './modelFile';

const OPSET = 14;
/** First version that casts eight-bit floats. */
const OPSET_OF_EIGHTS = 19;
const EIGHTS: ReadonlySet<number> = new Set([ELEMENT.float8e4m3fn, ELEMENT.float8e5m2]);

/** Names of the inputs and the output that belong to the slot at `index` of a merge graph. */
export function mergeNames(index: number) {
  return {
    ...{ down: `d${index}`, up: `u${index}`, scale: `s${index}` },
    ...{ isScaled: `i${index}`, lines: `l${index}`, out: `y${index}` },
  };
}

/** A weight as a matrix: `[out, in·kernel]`, or `[in, out]` where the graph reads it transposed. */
export function matrixDims(slot: WeightSlot): [rows: number, columns: number] {
  const [rows, ...rest] = slot.dims;
  return [rows, rest.reduce((a, b) => a * b, 1)];
}

/**
 * A graph that computes, for every slot, W′ = W0 + Σ s·(up ⊗ down): inputs `d` `[rank, in·kernel]`, `u` `[rank, out]`,
 * `s` `[rank, 1]`, output `y` as the slot's matrix. W0 is an initializer that refers to the model's own bytes: mapped,
 * never copied. Rank 0 gives W0 exactly. `s` is applied to the thinner factor. Where the boolean `i` says so, W0 is
 * multiplied by `l` first, a number for each of its rows or columns.
 */
export function mergeGraph(file: ModelFile, slots: readonly WeightSlot[]): Uint8Array {
  const nodes: Uint8Array[] = [];
  const initializers: Uint8Array[] = [];
  const inputs: Uint8Array[] = [];
  const outputs: Uint8Array[] = [];
  slots.forEach((slot, index) => {
    const { down, up, scale, isScaled, lines, out } = mergeNames(index);
    const [rows, columns] = matrixDims(slot);
    const outFeatures = slot.shape[0];
    const inFeatures = (rows * columns) / outFeatures;
    const rank = `r${index}`;
    inputs.push(encode.valueInfo(down, ELEMENT.float, [rank, inFeatures]));
    inputs.push(encode.valueInfo(up, ELEMENT.float, [rank, outFeatures]));
    inputs.push(encode.valueInfo(scale, ELEMENT.float, [rank, 1]));
    inputs.push(encode.valueInfo(isScaled, ELEMENT.bool, []));
    inputs.push(encode.valueInfo(lines, ELEMENT.float, [`lr${index}`, `lc${index}`]));
    outputs.push(encode.valueInfo(out, slot.elementType, [rows, columns]));
    const base = storedMatrix(file, slot, index, nodes, initializers);
    const merged = slot.elementType === ELEMENT.float ? out : `m${index}`;
    const [scaled, plain, scaledOut] = [`b${index}`, `n${index}`, `q${index}`];
    nodes.push(
      encode.node('If', [isScaled], [merged], `choose.${index}`, [
        encode.graphAttribute(
          'then_branch',
          [
            encode.node('Mul', [base, lines], [scaled], `lines.${index}`),
            ...mergeNodes(slot, `${index}.scaled`, { down, up, scale, base: scaled, out: scaledOut }),
          ],
          [scaledOut],
        ),
        encode.graphAttribute('else_branch', mergeNodes(slot, index, { down, up, scale, base, out: plain }), [
          plain,
        ]),
      ]),
    );
    if (merged !== out) nodes.push(cast(merged, out, slot.elementType));
  });
  const opset = slots.some(({ tensor }) => EIGHTS.has(tensor.dataType)) ? OPSET_OF_EIGHTS : OPSET;
  return encode.model({ nodes, initializers, inputs, outputs, opset });
}

/** The nodes `Gemm(factorsᵀ, W0)` of one slot; every value is float32. */
export function mergeNodes(
  slot: WeightSlot,
  index: number | string,
  names: { down: string; up: string; scale: string; base: string; out: string },
): Uint8Array[] {
  const outFeatures = slot.shape[0];
  const inFeatures = slot.shape.slice(1).reduce((a, b) => a * b, 1);
  const thin = inFeatures <= outFeatures ? names.down : names.up;
  const weighted = `t${index}`;
  const down = thin === names.down ? weighted : names.down;
  const up = thin === names.up ? weighted : names.up;
  const [left, right] = slot.layout === 'transposed' ? [down, up] : [up, down];
  return [
    encode.node('Mul', [thin, names.scale], [weighted], `scale.${index}`),
    encode.node('Gemm', [left, right, names.base], [names.out], `merge.${index}`, [
      encode.intAttribute('transA', 1),
    ]),
  ];
}

/** Emits W0 as a float32 matrix in the slot's layout and returns its name. */
function storedMatrix(
  file: ModelFile,
  slot: WeightSlot,
  index: number,
  nodes: Uint8Array[],
  initializers: Uint8Array[],
): string {
  const [rows, columns] = matrixDims(slot);
  const isTurned = slot.storedLayout !== slot.layout;
  let name = `w${index}`;
  initializers.push(file.reference(slot.tensor, name, isTurned ? [columns, rows] : [rows, columns]));
  if (slot.tensor.dataType !== ELEMENT.float) {
    nodes.push(cast(name, `f${index}`, ELEMENT.float));
    name = `f${index}`;
  }
  if (isTurned) {
    nodes.push(
      encode.node('Transpose', [name], [`p${index}`], `turn.${index}`, [
        encode.intsAttribute('perm', [1, 0]),
      ]),
    );
    name = `p${index}`;
  }
  return name;
}

function cast(from: string, to: string, elementType: number): Uint8Array {
  return encode.node('Cast', [from], [to], `cast.${to}`, [encode.intAttribute('to', elementType)]);
}
