import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openModelFile } from '../../../../server/src/engine/graph/modelFile';
import { type AppliedLora, assign, indexSlots } from '../../../../server/src/engine/lora/assign';
import { openLoraFile } from '../../../../server/src/engine/lora/loraFile';
import { createRuntime, Tensor } from '../../../../server/src/engine/runtime/session';
import { encode, modulesOf } from '../../../../server/src/formats/onnx/index';
import { distance, numbers, safetensors, temporaryFolder, type WrittenTensor, write } from '../support';
import { openWay, type Way } from './mergeInGraph';

const folder = temporaryFolder();
const runtime = createRuntime(1);

const [WIDTH, HEADS, SIZE, CONTEXT] = [6, 2, 4, 5];
const OUT = HEADS * SIZE;
const STEM = 'down_blocks.0.attentions.0.transformer_blocks.0';
const PARTS = ['q', 'k', 'v'] as const;

/** Weights in PyTorch layout, `[out, in]`. */
type Weights = Readonly<Record<'q' | 'k' | 'v' | 'out', Float64Array>>;
const inputsOf = (part: keyof Weights, isCross: boolean) =>
  part === 'out' ? OUT : isCross && part !== 'q' ? CONTEXT : WIDTH;
const weightsOf = (isCross: boolean): Weights => {
  const of = (part: keyof Weights, seed: number) =>
    Float64Array.from(numbers((part === 'out' ? WIDTH : OUT) * inputsOf(part, isCross), seed), Math.fround);
  return { q: of('q', 1), k: of('k', 2), v: of('v', 3), out: of('out', 4) };
};

const initializer = (name: string, dims: number[], data: ArrayLike<number>) =>
  encode.tensor(name, 1, dims, new Uint8Array(Float32Array.from(data).buffer));
const shape = (name: string, dims: number[]) =>
  encode.tensor(name, 7, [dims.length], new Uint8Array(BigInt64Array.from(dims, BigInt).buffer));

/** `[in, Σ out]` of PyTorch weights: side by side, or head by head. */
function pack(parts: readonly Float64Array[], width: number, heads: number): number[] {
  const size = OUT / heads;
  return Array.from({ length: width * OUT * parts.length }, (_, at) => {
    const [row, column] = [Math.floor(at / (OUT * parts.length)), at % (OUT * parts.length)];
    const [head, rest] = [Math.floor(column / (size * parts.length)), column % (size * parts.length)];
    return parts[Math.floor(rest / size)][(head * size + (rest % size)) * width + row];
  });
}

const turned = (data: Float64Array, rows: number, columns: number) =>
  Array.from({ length: rows * columns }, (_, at) => data[(at % rows) * columns + Math.floor(at / rows)]);

type Form = 'Attention' | 'MatMul_QKV' | 'MatMul_KV' | 'plain' | 'plain cross';

/** One attention and its projection, as exported or as ONNX Runtime's optimizers leave it. */
function graphOf(form: Form, weights: Weights): Uint8Array {
  const isCross = form === 'MatMul_KV' || form === 'plain cross';
  const attention =
    `/${STEM.replaceAll('.', '/')}`.replace(/\/(\d+)/g, '.$1') + (isCross ? '/attn2' : '/attn1');
  const nodes: Uint8Array[] = [];
  const initializers = [initializer('wo', [OUT, WIDTH], turned(weights.out, WIDTH, OUT))];
  const heads = encode.intAttribute('num_heads', HEADS);
  const add = (
    op: string,
    ins: string[],
    out: string,
    name = out,
    attributes: Uint8Array[] = [],
    domain = '',
  ) => nodes.push(encode.node(op, ins, [out], name, attributes, domain));
  if (form === 'Attention') {
    initializers.push(
      initializer(
        'Attention_0_qkv_weight',
        [WIDTH, 3 * OUT],
        pack([weights.q, weights.k, weights.v], WIDTH, 1),
      ),
      initializer('bias', [3 * OUT], new Array(3 * OUT).fill(0)),
    );
    add('Attention', ['x', 'Attention_0_qkv_weight', 'bias'], 'a', 'Attention_0', [heads], 'com.microsoft');
  } else if (form === 'MatMul_QKV') {
    initializers.push(
      initializer(
        'MatMul_QKV_0_weight',
        [WIDTH, 3 * OUT],
        pack([weights.q, weights.k, weights.v], WIDTH, HEADS),
      ),
      shape('s', [0, 0, HEADS, 3, SIZE]),
    );
    add('MatMul', ['x', 'MatMul_QKV_0_weight'], 'm', 'MatMul_QKV_0');
    add('Reshape', ['m', 's'], 'r');
    // The CPU's kernel does not take packed values: they are cut up again.
    unpack(['q', 'k', 'v'], 3);
    add('MultiHeadAttention', ['q', 'k', 'v'], 'a', 'MHA_0', [heads], 'com.microsoft');
  } else {
    const names = form === 'MatMul_KV' ? ['q'] : PARTS;
    for (const part of names) {
      const width = inputsOf(part as 'q', isCross);
      initializers.push(initializer(`w${part}`, [width, OUT], turned(weights[part as 'q'], OUT, width)));
      add(
        'MatMul',
        [isCross && part !== 'q' ? 'c' : 'x', `w${part}`],
        part,
        `${attention}/to_${part}/MatMul`,
      );
    }
    if (form === 'MatMul_KV') {
      initializers.push(
        initializer('MatMul_KV_0_weight', [CONTEXT, 2 * OUT], pack([weights.k, weights.v], CONTEXT, HEADS)),
        shape('s', [0, 0, HEADS, 2, SIZE]),
      );
      add('MatMul', ['c', 'MatMul_KV_0_weight'], 'm', 'MatMul_KV_0');
      add('Reshape', ['m', 's'], 'r');
      unpack(['k', 'v'], 2);
    }
    add('MultiHeadAttention', ['q', 'k', 'v'], 'a', 'MHA_0', [heads], 'com.microsoft');
  }
  add('MatMul', ['a', 'wo'], 'y', `${attention}/to_out.0/MatMul`);
  const inputs = [encode.valueInfo('x', 1, [1, 3, WIDTH])];
  if (isCross) inputs.push(encode.valueInfo('c', 1, [1, 7, CONTEXT]));
  const outputs = [encode.valueInfo('y', 1, [1, 3, WIDTH])];
  return encode.model({ nodes, initializers, inputs, outputs, opset: 17, domains: { 'com.microsoft': 1 } });

  function unpack(names: string[], count: number): void {
    initializers.push(shape('flat', [0, 0, OUT]));
    for (const [place, name] of names.entries()) {
      initializers.push(
        encode.tensor(`i${place}`, 7, [], new Uint8Array(BigInt64Array.of(BigInt(place)).buffer)),
      );
      add('Gather', ['r', `i${place}`], `g${place}`, `g${place}`, [encode.intAttribute('axis', 3)]);
      add('Reshape', [`g${place}`, 'flat'], name);
    }
    expect(names.length).toBe(count);
  }
}

/** A LoRA on all four projections of the attention. */
function network(isCross: boolean, alpha = 1): AppliedLora {
  const tensors: Record<string, WrittenTensor> = {};
  for (const [seed, part] of (['q', 'k', 'v', 'out'] as const).entries()) {
    const end = part === 'out' ? 'to_out_0' : `to_${part}`;
    const key = `lora_unet_${STEM.replaceAll('.', '_')}_${isCross ? 'attn2' : 'attn1'}_${end}`;
    const width = inputsOf(part, isCross);
    const out = part === 'out' ? WIDTH : OUT;
    tensors[`${key}.lora_down.weight`] = { shape: [2, width], data: numbers(2 * width, seed + 20) };
    tensors[`${key}.lora_up.weight`] = { shape: [out, 2], data: numbers(2 * out, seed + 40) };
    tensors[`${key}.alpha`] = { shape: [], data: [alpha] };
  }
  const file = openLoraFile(write(folder, `net-${isCross}.safetensors`, safetensors(tensors)), `${isCross}`);
  if (!file.ok) throw new Error(file.problem.message);
  return { name: 'net', file: file.value, te: 0, unet: 0.8 };
}

/** A kind that is merged in full, on k alone. */
function wholeOfK(): AppliedLora {
  const key = `lora_unet_${STEM.replaceAll('.', '_')}_attn1_to_k`;
  const tensors = { [`${key}.diff`]: { shape: [OUT, WIDTH], data: numbers(OUT * WIDTH, 77) } };
  const file = openLoraFile(write(folder, 'whole.safetensors', safetensors(tensors)), 'whole');
  if (!file.ok) throw new Error(file.problem.message);
  return { name: 'whole', file: file.value, te: 0, unet: 0.5 };
}

let count = 0;
async function run(form: Form, way: Way, loras: readonly AppliedLora[]) {
  const isCross = form === 'MatMul_KV' || form === 'plain cross';
  const file = openModelFile(
    path.resolve(write(folder, `m${count++}.onnx`, graphOf(form, weightsOf(isCross)))),
  );
  if (!file.ok) throw new Error(file.problem.message);
  const open = new Set(file.value.slots.keys());
  const binding = await openWay(way, { runtime, file: file.value, open });
  const { changes, reports } = assign(loras, { unet: indexSlots(file.value.slots) });
  for (const { applied, total, reasons } of reports) expect([applied, reasons]).toEqual([total, []]);
  const { failures } = await binding.bind(changes.unet);
  const feeds = {
    x: new Tensor('float32', Float32Array.from(numbers(3 * WIDTH, 9)), [1, 3, WIDTH]),
    ...(isCross && { c: new Tensor('float32', Float32Array.from(numbers(7 * CONTEXT, 8)), [1, 7, CONTEXT]) }),
  };
  const { y } = await binding.session.run({ ...feeds, ...binding.feeds });
  await binding.release();
  const modules = modulesOf(file.value.model);
  file.value.close();
  return { y: y.data as Float32Array, failures, modules };
}

describe.each([
  ['Attention', 'plain'],
  ['MatMul_QKV', 'plain'],
  ['MatMul_KV', 'plain cross'],
] as const)('%s', (form, plain) => {
  const isCross = form === 'MatMul_KV';

  it('names the modules it was packed from', async () => {
    const [packed, apart] = [await run(form, 'merged', []), await run(plain, 'merged', [])];
    expect(packed.modules).toEqual(apart.modules);
    expect(distance(packed.y, apart.y)).toBeLessThan(1e-5);
  });

  it.each(['merged', 'branches', 'mixed', 'in-graph'] as const)(
    'takes LoRAs as the plain graph does: %s',
    async (way) => {
      const lora = network(isCross);
      const expected = await run(plain, 'in-graph', [lora]);
      const bare = await run(plain, 'in-graph', []);
      const made = await run(form, way, [lora]);
      if (form === 'Attention' && way === 'branches') {
        expect(made.failures.map(({ reason }) => /cannot have a LoRA branch/.test(reason))).toEqual([
          true,
          true,
          true,
        ]);
        return;
      }
      expect(made.failures).toEqual([]);
      expect(distance(expected.y, bare.y)).toBeGreaterThan(0.05);
      expect(distance(made.y, expected.y)).toBeLessThan(1e-5);
    },
  );
});

describe.each(['Attention', 'MatMul_QKV'] as const)('a full-rank diff of k in %s', (form) => {
  it('changes k, beside factors of the others too', async () => {
    for (const loras of [[wholeOfK()], [network(false), wholeOfK()]]) {
      const expected = await run('plain', 'merged', loras);
      const made = await run(form, 'merged', loras);
      expect(made.failures).toEqual([]);
      expect(distance(made.y, expected.y)).toBeLessThan(1e-5);
    }
  });
});
