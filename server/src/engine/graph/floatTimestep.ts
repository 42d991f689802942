import { ELEMENT } from '../../formats/onnx/index';
import type { GraphEdit } from './graphEdit';

const TIMESTEP = 'timestep';
/** Operators that take a number of any type and do not change it. */
const ANY_TYPE = new Set(['Identity', 'Reshape', 'Unsqueeze', 'Squeeze', 'Expand', 'Flatten']);

/**
 * Makes a UNet's integer timestep a float. Most samplers evaluate the model between two whole timesteps; PyTorch passes the
 * fraction on, and only the type that the exporter chose cuts it off. Leaves the graph as it is where the input is a float
 * already, or something computes with the integer before it is cast.
 */
export function floatTimestep(edit: GraphEdit): void {
  const { model } = edit;
  const input = model.inputs.find(({ name }) => name === TIMESTEP);
  if (!input?.dims || (input.elementType !== ELEMENT.int64 && input.elementType !== ELEMENT.int32)) return;
  const open = [TIMESTEP];
  const seen = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const { opType, inputs, outputs, attributes } of model.nodes) {
      if (!inputs.includes(name)) continue;
      if (opType === 'Cast') {
        if (attributes.find((attribute) => attribute.name === 'to')?.int !== ELEMENT.float) return;
      } else if (ANY_TYPE.has(opType) && inputs[0] === name) open.push(...outputs);
      // The shape does not depend on the type.
      else if (opType !== 'Shape') return;
    }
  }
  const dims = input.dims.map((dim, axis) => dim ?? `steps_${axis}`);
  edit.retypeInput(TIMESTEP, ELEMENT.float, dims);
}
