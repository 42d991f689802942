import { ELEMENT, type OnnxModel, type OnnxTensor } from '../../formats/onnx/index';
import { failure, type Problem, type Result, success } from '../../shared/problem';
import { type GraphSource, openModelFile } from '../graph/modelFile';
import type { Provider } from '../runtime/providers';
import type { MachineMemory } from './machineMemory';

/** Operators of com.microsoft that the CPU provider has no kernel for: graphs that were fused for a GPU have them. */
const GPU_ONLY: ReadonlySet<string> = new Set([
  ...['GroupNorm', 'SkipGroupNorm', 'BiasSplitGelu', 'BiasAdd', 'NhwcConv', 'NhwcFusedConv', 'GemmFloat8'],
  ...['PackedAttention', 'PackedMultiHeadAttention', 'RemovePadding', 'RestorePadding', 'DecoderAttention'],
]);
/** Domains whose operators belong to one GPU provider. */
const GPU_DOMAIN = /^com\.(microsoft\.dml|ms\.internal)/;

/** Element types of four bits, two in a byte. */
const PACKED: ReadonlySet<number> = new Set([ELEMENT.uint4, ELEMENT.int4]);

/**
 * A graph with a packed 4-bit output: reading such an output ends the whole process (onnxruntime-node 1.30.0).
 * Gives the problem, or undefined for every other graph.
 */
export function packedOutput({ outputs }: OnnxModel, name: string): Problem | undefined {
  const output = outputs.find(({ elementType }) => PACKED.has(elementType));
  return (
    output && {
      code: 'model-packed-output',
      message: `${name} has an output of packed 4-bit numbers (${output.name}), which ONNX Runtime cannot return.`,
      remedy: 'Export the model with outputs in float32 or float16; its weights may stay quantised.',
    }
  );
}

/** Bytes an element takes when it runs: halves become whole floats on a CPU. */
const RUNNING_BYTES: Readonly<Record<number, number>> = {
  [ELEMENT.float]: 4,
  [ELEMENT.float16]: 4,
  [ELEMENT.bfloat16]: 4,
  [ELEMENT.double]: 8,
  [ELEMENT.int64]: 8,
  [ELEMENT.int32]: 4,
};

/**
 * Checks every graph of a model before a session is opened for any, and gives the bytes its weights take when it runs.
 * Operators that the CPU provider lacks are accepted where another provider is used. Fails with
 * `model-packed-output`, `model-gpu-only` (operators named) or `model-bfloat16`.
 */
export function weighModel(graphs: readonly GraphSource[], provider: Provider = 'cpu'): Result<number> {
  let bytes = 0;
  for (const graph of graphs) {
    const opened = openModelFile(graph);
    if (!opened.ok) return opened;
    const { model } = opened.value;
    opened.value.close();
    const name = typeof graph === 'string' ? graph : graph.name;
    const problem = packedOutput(model, name) ?? (provider === 'cpu' ? unrunnable(model, name) : undefined);
    if (problem) return { ok: false, problem };
    bytes += weightBytes(model);
  }
  return success(bytes);
}

function unrunnable(model: OnnxModel, path: string): Problem | undefined {
  const found = new Set<string>();
  for (const { domain, opType } of model.nodes) {
    if (GPU_DOMAIN.test(domain)) found.add(`${domain}.${opType}`);
    else if (domain === 'com.microsoft' && GPU_ONLY.has(opType)) found.add(opType);
  }
  if (found.size > 0)
    return {
      code: 'model-gpu-only',
      message: `${path} was fused for a GPU: the CPU provider has no ${[...found].sort().join(', ')}.`,
      remedy: 'Use the plain export of the model, without GPU optimisation.',
    };
  if ([...model.inputs, ...model.outputs].some(({ elementType }) => elementType === ELEMENT.bfloat16))
    return {
      code: 'model-bfloat16',
      message: `${path} computes in bfloat16, which the CPU provider cannot.`,
      remedy: 'Export the model again in float32 or float16.',
    };
  return undefined;
}

/** Bytes the weights of a graph take when it runs. */
function weightBytes(model: OnnxModel): number {
  const sizeOf = ({ dims, dataType }: OnnxTensor) =>
    dims.reduce((product, side) => product * side, 1) * (RUNNING_BYTES[dataType] ?? 1);
  let bytes = 0;
  for (const tensor of model.initializers.values()) bytes += sizeOf(tensor);
  for (const { attributes } of model.nodes)
    for (const { tensor } of attributes) if (tensor) bytes += sizeOf(tensor);
  return bytes;
}

/**
 * Refuses a model whose weights are larger than all memory (`model-too-large`), and warns where they are larger than
 * the free memory.
 */
export function checkMemory(bytes: number, { total, free }: MachineMemory): Result<{ warning?: string }> {
  const gigabytes = (value: number) => `${(value / 2 ** 30).toFixed(1)} GB`;
  if (bytes > total)
    return failure(
      'model-too-large',
      `The model's weights take ${gigabytes(bytes)} of memory; this process may use ${gigabytes(total)}.`,
      'Use a smaller model, or a machine or container with more memory.',
    );
  if (bytes <= free) return success({});
  const warning = `The model's weights take ${gigabytes(bytes)} of memory and ${gigabytes(free)} are free: pictures may take very long.`;
  return success({ warning });
}
