import type { OnnxModel, OnnxNode } from './model';
import { GRAPH, MODEL, NODE, TENSOR, VALUE_INFO } from './schema';
import { BYTES, type ByteSource, bytesField, Cursor, concatBytes, varintBytes } from './wire';

/** What to change in a graph. Everything not named here is copied as the bytes it was. */
export interface GraphEdits {
  /** Nodes to leave out, by index. */
  readonly dropNodes?: ReadonlySet<number>;
  /** New names for single inputs: node index → input index → value name. */
  readonly rewire?: ReadonlyMap<number, ReadonlyMap<number, string>>;
  /** New names for single outputs. */
  readonly rename?: ReadonlyMap<number, ReadonlyMap<number, string>>;
  /** Encoded NodeProtos to put right after a node. */
  readonly insertAfter?: ReadonlyMap<number, readonly Uint8Array[]>;
  /** Encoded NodeProtos to put before all others. */
  readonly prologue?: readonly Uint8Array[];
  readonly dropInitializers?: ReadonlySet<string>;
  /** Replaces whole TensorProtos, by name. */
  readonly replaceInitializers?: ReadonlyMap<string, Uint8Array>;
  readonly addInitializers?: readonly Uint8Array[];
  /** Replaces whole ValueInfoProtos of inputs, by name. */
  readonly replaceInputs?: ReadonlyMap<string, Uint8Array>;
  readonly addInputs?: readonly Uint8Array[];
  readonly addOutputs?: readonly Uint8Array[];
}

/** A piece of the edited file: new bytes, or a range of the original. */
export type Segment = Uint8Array | { readonly start: number; readonly end: number };

/** Applies edits; the result is the edited file in pieces, so that a large one need not be in memory. */
export function editGraph(model: OnnxModel, edits: GraphEdits): Segment[] {
  const segments: Segment[] = [];
  const copy = (start: number, end: number) => {
    const last = segments.at(-1);
    if (last && !(last instanceof Uint8Array) && last.end === start)
      segments[segments.length - 1] = { start: last.start, end };
    else if (end > start) segments.push({ start, end });
  };
  const { graph, source } = model;
  const cursor = new Cursor(source);
  for (const body of edits.prologue ?? []) segments.push(bytesField(GRAPH.node, body));
  let nodeIndex = 0;
  for (const field of cursor.fields(graph.valueStart, graph.end)) {
    if (field.number === GRAPH.node) {
      const index = nodeIndex++;
      if (!edits.dropNodes?.has(index)) {
        const inputs = edits.rewire?.get(index);
        const outputs = edits.rename?.get(index);
        if (inputs || outputs)
          segments.push(bytesField(GRAPH.node, renamed(cursor, model.nodes[index]!, inputs, outputs)));
        else copy(field.start, field.end);
      }
      for (const body of edits.insertAfter?.get(index) ?? []) segments.push(bytesField(GRAPH.node, body));
    } else if (field.number === GRAPH.initializer) {
      const name = initializerName(cursor, field.valueStart, field.end);
      const replacement = edits.replaceInitializers?.get(name);
      if (edits.dropInitializers?.has(name)) continue;
      if (replacement) segments.push(bytesField(GRAPH.initializer, replacement));
      else copy(field.start, field.end);
    } else if (field.number === GRAPH.input && edits.replaceInputs) {
      const replacement = edits.replaceInputs.get(inputName(cursor, field.valueStart, field.end));
      if (replacement) segments.push(bytesField(GRAPH.input, replacement));
      else copy(field.start, field.end);
    } else copy(field.start, field.end);
  }
  for (const body of edits.addInitializers ?? []) segments.push(bytesField(GRAPH.initializer, body));
  for (const body of edits.addInputs ?? []) segments.push(bytesField(GRAPH.input, body));
  for (const body of edits.addOutputs ?? []) segments.push(bytesField(GRAPH.output, body));
  const header = concatBytes([varintBytes(MODEL.graph * 8 + BYTES), varintBytes(lengthOf(segments))]);
  return [
    ...(graph.start > 0 ? [{ start: 0, end: graph.start }] : []),
    header,
    ...segments,
    ...(graph.end < source.size ? [{ start: graph.end, end: source.size }] : []),
  ];
}

/** Total length of the pieces in bytes. */
export function lengthOf(segments: readonly Segment[]): number {
  let length = 0;
  for (const segment of segments)
    length += segment instanceof Uint8Array ? segment.length : segment.end - segment.start;
  return length;
}

/** The edited file as one array. */
export function assemble(segments: readonly Segment[], source: ByteSource): Uint8Array {
  const whole = new Uint8Array(lengthOf(segments));
  let at = 0;
  for (const segment of segments) {
    const bytes =
      segment instanceof Uint8Array ? segment : source.read(segment.start, segment.end - segment.start);
    whole.set(bytes, at);
    at += bytes.length;
  }
  return whole;
}

function inputName(cursor: Cursor, start: number, end: number): string {
  for (const part of cursor.fields(start, end))
    if (part.number === VALUE_INFO.name) return cursor.text(part.valueStart, part.end);
  return '';
}

function initializerName(cursor: Cursor, start: number, end: number): string {
  for (const part of cursor.fields(start, end))
    if (part.number === TENSOR.name) return cursor.text(part.valueStart, part.end);
  return '';
}

/** NodeProto of a node with other value names, to be put somewhere else; every other field keeps its bytes and its place. */
export function renamedNode(
  model: OnnxModel,
  index: number,
  inputs: ReadonlyMap<number, string>,
  outputs: ReadonlyMap<number, string>,
): Uint8Array {
  return renamed(new Cursor(model.source), model.nodes[index]!, inputs, outputs);
}

function renamed(
  cursor: Cursor,
  node: OnnxNode,
  inputs: ReadonlyMap<number, string> | undefined,
  outputs: ReadonlyMap<number, string> | undefined,
): Uint8Array {
  const parts: Uint8Array[] = [];
  let [inputCount, outputCount] = [0, 0];
  for (const part of cursor.fields(node.field.valueStart, node.field.end)) {
    let name: string | undefined;
    if (part.number === NODE.input) name = inputs?.get(inputCount++);
    else if (part.number === NODE.output) name = outputs?.get(outputCount++);
    parts.push(name === undefined ? cursor.bytes(part.start, part.end) : bytesField(part.number, name));
  }
  return concatBytes(parts);
}
