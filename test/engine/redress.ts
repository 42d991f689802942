import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  assemble,
  ELEMENT,
  editGraph,
  encode,
  memorySource,
  type OnnxModel,
  type OnnxTensor,
  readModel,
} from '../../server/src/formats/onnx/index';

/** An input or output as another exporter declares it. */
export interface Dress {
  /** Another name; the same one if absent. */
  readonly name?: string;
  readonly type?: keyof typeof ELEMENT;
  readonly dims?: readonly (number | string)[];
}

export interface Redress {
  readonly inputs?: Readonly<Record<string, Dress>>;
  /** Outputs that are not named keep their form; `only` drops those that are not named. */
  readonly outputs?: Readonly<Record<string, Dress>>;
  readonly only?: boolean;
  /** Boolean inputs that nothing reads. */
  readonly switches?: readonly string[];
  /** Names of the files that the weights are dealt out to; inside the graph if absent. */
  readonly weights?: readonly string[];
}

/**
 * Writes a graph anew as another exporter would have: the same computation with other names, types and shapes at its
 * edges, its weights in other files.
 */
export function redress(from: string, to: string, options: Redress): void {
  mkdirSync(path.dirname(to), { recursive: true });
  const model = parsed(readFileSync(from));
  const { inputs = {}, outputs = {}, only = false, switches = [], weights } = options;
  // Inside the graph the edges get names that no exporter gives.
  const inner = (name: string) => (name in inputs || name in outputs ? `inner/${name}` : name);
  const within = (names: readonly string[]) =>
    new Map(names.flatMap((name, index) => (inner(name) === name ? [] : [[index, inner(name)] as const])));
  const each = <T>(of: (node: OnnxModel['nodes'][number]) => T) =>
    new Map(model.nodes.map((node, index) => [index, of(node)] as const));
  const edited = parsed(
    assemble(
      editGraph(model, {
        rewire: each((node) => within(node.inputs)),
        rename: each((node) => within(node.outputs)),
      }),
      model.source,
    ),
  );
  const nodes: Uint8Array[] = [];
  const head: Uint8Array[] = [];
  for (const input of model.inputs) {
    const dress = inputs[input.name];
    const dims = (dress?.dims ?? input.dims ?? []).map((dim) => dim ?? 'any');
    const type = dress?.type ? ELEMENT[dress.type] : input.elementType;
    head.push(encode.valueInfo(dress?.name ?? input.name, type, dims));
    if (!dress) continue;
    const cast = encode.intAttribute('to', input.elementType);
    const shaped = `shaped/${input.name}`;
    const isReshaped = dims.length !== (input.dims ?? []).length;
    const target = isReshaped ? shaped : inner(input.name);
    nodes.push(encode.node('Cast', [dress.name ?? input.name], [target], `/in/${input.name}`, [cast]));
    if (isReshaped)
      nodes.push(encode.node('Reshape', [shaped, 'redress/flat'], [inner(input.name)], '/flat'));
  }
  for (const name of switches) head.push(encode.valueInfo(name, ELEMENT.bool, []));
  for (const { field } of edited.nodes)
    nodes.push(edited.source.read(field.valueStart, field.end - field.valueStart));
  const tail: Uint8Array[] = [];
  for (const output of model.outputs) {
    const dress = outputs[output.name];
    if (!dress && only) continue;
    const name = dress?.name ?? output.name;
    const type = dress?.type ? ELEMENT[dress.type] : output.elementType;
    tail.push(
      encode.valueInfo(
        name,
        type,
        (output.dims ?? []).map((dim) => dim ?? 'any'),
      ),
    );
    if (dress)
      nodes.push(
        encode.node('Cast', [inner(output.name)], [name], `/out/${name}`, [encode.intAttribute('to', type)]),
      );
  }
  const flat = encode.tensor(
    'redress/flat',
    ELEMENT.int64,
    [1],
    new Uint8Array(BigInt64Array.of(-1n).buffer),
  );
  const initializers = [flat, ...stored(model, path.dirname(from), path.dirname(to), weights)];
  const domains = Object.fromEntries([...model.opsets].filter(([domain]) => domain !== ''));
  const opset = model.opsets.get('') ?? 17;
  writeFileSync(to, encode.model({ nodes, initializers, inputs: head, outputs: tail, opset, domains }));
}

function parsed(bytes: Uint8Array): OnnxModel {
  const model = readModel(memorySource(bytes));
  if (!model.ok) throw new Error(model.problem.message);
  return model.value;
}

/** The weights, inside the graph or dealt out to files. */
function stored(
  model: OnnxModel,
  from: string,
  to: string,
  files: readonly string[] | undefined,
): Uint8Array[] {
  const parts = new Map((files ?? []).map((file) => [file, [] as Uint8Array[]]));
  const ends = new Map<string, number>();
  const tensors = [...model.initializers.values()].map((tensor, index) => {
    const bytes = bytesOf(model, tensor, from);
    if (bytes === undefined) return model.source.read(tensor.start, tensor.end - tensor.start);
    // Shapes and axes stay in the graph, as exporters leave them.
    const isSmall = tensor.dims.reduce((a, b) => a * b, 1) < 16;
    const file = isSmall ? undefined : files?.[index % files.length];
    if (file === undefined) return encode.tensor(tensor.name, tensor.dataType, tensor.dims, bytes);
    const at = ends.get(file) ?? 0;
    parts.get(file)!.push(bytes);
    ends.set(file, at + bytes.length);
    return encode.externalTensor(tensor.name, tensor.dataType, tensor.dims, file, at, bytes.length);
  });
  for (const [file, own] of parts) {
    mkdirSync(path.dirname(path.join(to, file)), { recursive: true });
    writeFileSync(path.join(to, file), Buffer.concat(own));
  }
  return tensors;
}

function bytesOf(model: OnnxModel, { data }: OnnxTensor, folder: string): Uint8Array | undefined {
  if (data.kind === 'typed') return undefined;
  if (data.kind === 'inline') return model.source.read(data.offset, data.length);
  const { location, offset, length } = data;
  return readFileSync(path.join(folder, location)).subarray(offset, length && offset + length);
}
