import { ELEMENT, encode, type GraphEdits, type OnnxModel } from '../../formats/onnx/index';

const TIMESTEP = 'timestep';
/** Nodes that take a number of any type and leave it what it is. */
const ANY_TYPE = new Set(['Identity', 'Reshape', 'Unsqueeze', 'Squeeze', 'Expand', 'Flatten']);

/**
 * Edits that make a UNet's integer timestep a float. Most samplers stop between two whole timesteps; PyTorch gives the
 * network the fraction, and only the exporter's choice of a type cuts it off. Undefined where the input is a float
 * already, or something computes with the integer before it is cast.
 */
export function floatTimestep(model: OnnxModel): GraphEdits | undefined {
  const input = model.inputs.find(({ name }) => name === TIMESTEP);
  if (!input?.dims || (input.elementType !== ELEMENT.int64 && input.elementType !== ELEMENT.int32))
    return undefined;
  const open = [TIMESTEP];
  const seen = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const { opType, inputs, outputs, attributes } of model.nodes) {
      if (!inputs.includes(name)) continue;
      if (opType === 'Cast') {
        if (attributes.find((attribute) => attribute.name === 'to')?.int !== ELEMENT.float) return undefined;
      } else if (ANY_TYPE.has(opType) && inputs[0] === name) open.push(...outputs);
      // A shape is the same, whatever it is the shape of.
      else if (opType !== 'Shape') return undefined;
    }
  }
  const dims = input.dims.map((dim, axis) => dim ?? `steps_${axis}`);
  const type = encode.valueInfo(TIMESTEP, ELEMENT.float, dims);
  return { replaceInputs: new Map([[TIMESTEP, type]]) };
}
