import { failure, type Result, success } from '../../shared/problem';
import { ENTRY, TENSOR } from './schema';
import { BYTES, type ByteSource, Cursor, type Field, WireError } from './wire';

/** The ONNX messages that hold tensors, directly or in messages inside them. */
type Message = 'model' | 'training' | 'graph' | 'node' | 'attribute' | 'sparse' | 'function' | 'tensor';

/** Fields of each message that lead to tensors, by their numbers in `onnx.proto` (IR version 10). */
const CHILDREN: Readonly<Record<Exclude<Message, 'tensor'>, Readonly<Record<number, Message>>>> = {
  // graph, training_info, functions
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  // initialization, algorithm
  training: { 1: 'graph', 2: 'graph' },
  // node, initializer, sparse_initializer
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  // attribute
  node: { 5: 'attribute' },
  // t, g, tensors, graphs, sparse_tensor, sparse_tensors
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  // values, indices
  sparse: { 1: 'tensor', 2: 'tensor' },
  // node, attribute_proto
  function: { 7: 'node', 11: 'attribute' },
};

/** Levels of messages inside each other; ONNX Runtime's own reader stops at 100. */
const MAX_DEPTH = 100;

/**
 * The locations of external data that a model names anywhere: in its graph, in subgraphs, functions, sparse initializers,
 * attributes and training information. Weights are skipped, so the cost is that of the graph. Fails with
 * `onnx-unreadable`.
 */
export function externalLocations(source: ByteSource): Result<ReadonlySet<string>> {
  const cursor = new Cursor(source);
  const locations = new Set<string>();
  const visit = (message: Message, start: number, end: number, depth: number): void => {
    if (depth > MAX_DEPTH) throw new WireError(`its messages are nested more than ${MAX_DEPTH} deep`);
    for (const field of cursor.fields(start, end)) {
      if (field.wireType !== BYTES) continue;
      if (message === 'tensor') {
        if (field.number === TENSOR.externalData) readLocation(cursor, field, locations);
        continue;
      }
      const child = CHILDREN[message][field.number];
      if (child !== undefined) visit(child, field.valueStart, field.end, depth + 1);
    }
  };
  try {
    visit('model', 0, source.size, 0);
    return success(locations);
  } catch (error) {
    if (!(error instanceof WireError) && !(error instanceof RangeError)) throw error;
    return failure(
      'onnx-unreadable',
      `The file is not a readable ONNX model: ${error.message}.`,
      'Export or download the model again.',
    );
  }
}

/** Adds the value of an external_data entry whose key is `location`. */
function readLocation(cursor: Cursor, field: Field, into: Set<string>): void {
  let key = '';
  let value = '';
  for (const part of cursor.fields(field.valueStart, field.end)) {
    if (part.number === ENTRY.key) key = cursor.text(part.valueStart, part.end);
    else if (part.number === ENTRY.value) value = cursor.text(part.valueStart, part.end);
  }
  if (key === 'location') into.add(value);
}
