import { Tensor } from '../../../server/src/engine/runtime/session';
import { flat, shapeOf, state } from '../onnx/support';

/** What the exported fixtures are run with. */
export const fixtureInputs = {
  sample: new Tensor('float32', Float32Array.from(flat(state.inputs.sample)), shapeOf(state.inputs.sample)),
  t: new Tensor('float32', Float32Array.from(flat(state.inputs.t)), shapeOf(state.inputs.t)),
};
