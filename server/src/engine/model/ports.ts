import { decodeF16, encodeF16 } from '../../formats/elements';
import { type InferenceSession, Tensor } from '../runtime/session';

/** Name, element type and shape of a session's input or output, as the session itself declares them. */
export type Port = InferenceSession.TensorValueMetadata;

/** The session's inputs by name. */
export function inputsOf(session: InferenceSession): Map<string, Port> {
  const ports = new Map<string, Port>();
  for (const port of session.inputMetadata) if (port.isTensor) ports.set(port.name, port);
  return ports;
}

/** The first input or output that has one of the names, else the first of all. */
export function pickPort(ports: readonly InferenceSession.ValueMetadata[], names: readonly string[]): Port {
  const tensors = ports.filter((port): port is Port => port.isTensor);
  return names.map((name) => tensors.find((port) => port.name === name)).find((port) => port) ?? tensors[0]!;
}

/** A tensor of the element type the port declares. Integers are cut, as the exporters' own loaders do. */
export function tensorFor(port: Port, values: ArrayLike<number>, dims: readonly number[]): Tensor {
  switch (port.type) {
    case 'float16':
      return new Tensor('float16', Uint16Array.from(values, encodeF16), dims);
    case 'float64':
      return new Tensor('float64', Float64Array.from(values), dims);
    case 'int64':
      return new Tensor(
        'int64',
        BigInt64Array.from({ length: values.length }, (_, i) => BigInt(Math.trunc(values[i]!))),
        dims,
      );
    case 'int32':
      return new Tensor('int32', Int32Array.from(values, Math.trunc), dims);
    case 'bool':
      return new Tensor(
        'bool',
        Uint8Array.from(values, (value) => (value ? 1 : 0)),
        dims,
      );
    default:
      return new Tensor('float32', values instanceof Float32Array ? values : Float32Array.from(values), dims);
  }
}

/** The numbers of a float tensor as float32. */
export function floatsOf(tensor: Tensor): Float32Array {
  if (tensor.type === 'float32') return tensor.data as Float32Array;
  if (tensor.type === 'float16') return Float32Array.from(tensor.data as Uint16Array, decodeF16);
  return Float32Array.from(tensor.data as Float64Array);
}

/**
 * Feeds for the switches that some exports leave in a graph as boolean inputs, `return_dict` and
 * `output_hidden_states`: on, as the exporter had them. Inputs that are fed already, or are no switches, are left alone.
 */
export function switchesOf(
  session: InferenceSession,
  fed: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  const switches: Record<string, Tensor> = {};
  for (const [name, { type, shape }] of inputsOf(session)) {
    if (type !== 'bool' || name in fed) continue;
    switches[name] = new Tensor(
      'bool',
      Uint8Array.of(1),
      shape.map(() => 1),
    );
  }
  return switches;
}
