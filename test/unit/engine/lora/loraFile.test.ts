import { describe, expect, it } from 'vitest';
import { kindOf } from '../../../../server/src/engine/lora/kinds/index';
import { type LoraFile, openLoraFile } from '../../../../server/src/engine/lora/loraFile';
import { deltaOf, mergeWeight } from '../../../../server/src/engine/lora/mergeModule';
import { matchPatterns } from '../../../../server/src/engine/lora/peftPatterns';
import { decodeF16, decodeInto, encodeF16 } from '../../../../server/src/formats/elements';
import { numbers, safetensors, temporaryFolder, type WrittenTensor, write } from '../support';

const folder = temporaryFolder();
let count = 0;

function open(tensors: Record<string, WrittenTensor>, metadata?: Record<string, string>): LoraFile {
  const opened = openLoraFile(write(folder, `${count++}.safetensors`, safetensors(tensors, metadata)), 'x');
  if (!opened.ok) throw new Error(opened.problem.message);
  return opened.value;
}

const half = (values: number[]) => new Uint8Array(Uint16Array.from(values, encodeF16).buffer);
const key = 'unet.mid_block.attentions.0.to_q';

describe('reading factors', () => {
  it.each(['F32', 'F64', 'F16', 'BF16', 'F8_E4M3', 'F8_E5M2'] as const)('%s', (dtype) => {
    // 1 and -0.5 are exact in every format.
    const bytes: Record<string, Uint8Array> = {
      F16: half([1, -0.5]),
      BF16: new Uint8Array(Uint16Array.of(0x3f80, 0xbf00).buffer),
      F8_E4M3: Uint8Array.of(0x38, 0xb0),
      F8_E5M2: Uint8Array.of(0x3c, 0xb8),
    };
    const row = { data: [1, -0.5], dtype, bytes: bytes[dtype] };
    const file = open({
      [`${key}.lora_A.weight`]: { ...row, shape: [1, 2] },
      [`${key}.lora_B.weight`]: { ...row, shape: [2, 1] },
    });
    const factors = file.modules[0].lowRank([2, 2]);
    if (!factors.ok) throw new Error(factors.problem.message);
    expect([[...factors.value.down], [...factors.value.up], factors.value.scale]).toEqual([
      [1, -0.5],
      [1, -0.5],
      1,
    ]);
  });

  it('refuses numbers that are none', () => {
    const file = open({
      [`${key}.lora_A.weight`]: { shape: [1, 2], data: [Number.NaN, 0] },
      [`${key}.lora_B.weight`]: { shape: [2, 1], data: [1, 1] },
    });
    const factors = file.modules[0].lowRank([2, 2]);
    expect(factors.ok ? '' : factors.problem.code).toBe('lora-not-finite');
  });

  it('puts the blocks of a list together', () => {
    const merged = (tensors: Record<string, WrittenTensor>) => {
      const [module] = open(tensors).modules;
      expect(kindOf(module.tensors)?.name).toBe('oft');
      const weight = { shape: [4, 3], data: Float64Array.from(numbers(12, 3)) };
      const result = mergeWeight(weight, module.tensors, 0.7);
      if (!result.ok) throw new Error(result.problem.message);
      return [...result.value.data];
    };
    const whole = { shape: [2, 2, 2], data: numbers(8, 1) };
    const block = (from: number) => ({ shape: [2, 2], data: whole.data.slice(from, from + 4) });
    const list = { 'oft_unet_a.oft_blocks.0': block(0), 'oft_unet_a.oft_blocks.1': block(4) };
    expect(merged(list)).toEqual(merged({ 'oft_unet_a.oft_blocks': whole }));
  });
});

describe('alpha outside the tensors', () => {
  const tensors = {
    [`${key}.lora_A.weight`]: { shape: [4, 2], data: numbers(8, 1) },
    [`${key}.lora_B.weight`]: { shape: [2, 4], data: numbers(8, 2) },
  };
  const scaleWith = (metadata?: Record<string, string>) => {
    const factors = open(tensors, metadata).modules[0].lowRank([2, 2]);
    return factors.ok ? factors.value.scale : Number.NaN;
  };
  const adapter = (entries: object) => ({ lora_adapter_metadata: JSON.stringify(entries) });

  it('is read from the adapter metadata', () => {
    expect(scaleWith(adapter({ 'unet.lora_alpha': 8 }))).toBe(2);
    expect(scaleWith(adapter({ 'unet.lora_alpha': 8, 'unet.use_rslora': true }))).toBe(4);
    expect(scaleWith(adapter({ 'unet.lora_alpha': 8, 'unet.alpha_pattern': { to_q: 2 } }))).toBe(0.5);
    expect(scaleWith(adapter({ 'text_encoder.lora_alpha': 8 }))).toBe(1);
  });

  it('goes to the first pattern that matches as PEFT matches it', () => {
    const alpha = (pattern: Record<string, number>) =>
      scaleWith(adapter({ 'unet.lora_alpha': 8, 'unet.alpha_pattern': pattern }));
    const matching = [
      'to_q',
      'attentions.0.to_q',
      'mid_block.*',
      '.*to_[qk]',
      String.raw`attentions\.\d+\.to_q`,
    ];
    for (const pattern of [
      ...matching,
      '^mid_block.attentions.0.to_q',
      '(?P<which>to_q|to_k)',
      'unet.mid_block.+',
    ])
      expect([pattern, alpha({ [pattern]: 2 })]).toEqual([pattern, 0.5]);
    // Only what follows a dot, and only to the end of the name.
    for (const pattern of ['o_q', 'mid_block', 'to_', '^to_q', 'to_(q', 'text_encoder.to_q'])
      expect([pattern, alpha({ [pattern]: 2 })]).toEqual([pattern, 2]);
    expect(alpha({ to_k: 1, 'to_.': 4, to_q: 2 })).toBe(1);
  });

  it('is that of the whole pattern where one is no regular expression here', () => {
    expect(matchPatterns(['to_(q'], ['a.to_(q', 'a.to_q'])).toEqual([0, -1]);
  });

  it('refuses patterns that never end', () => {
    const alpha_pattern = { '(?:[a-z]|[a-y]|.)*0\\.to_k': 1 };
    const metadata = adapter({ 'unet.alpha_pattern': alpha_pattern });
    const opened = openLoraFile(write(folder, 'slow.safetensors', safetensors(tensors, metadata)), 'x');
    expect(opened.ok ? '' : opened.problem.code).toBe('lora-pattern');
  });

  it('scales what PEFT makes of LoHa, LoKr and OFT', () => {
    const [w1, w2] = [numbers(4, 1), numbers(4, 2)];
    const loha = { 'base_model.model.x.hada_w1_a': w1, 'base_model.model.x.hada_w1_b': w2 };
    const file = (metadata: object) =>
      open(
        Object.fromEntries([
          ...Object.entries(loha).map(([name, data]) => [name, { shape: [2, 2], data }]),
          ...Object.entries(loha).map(([name, data]) => [name.replace('w1', 'w2'), { shape: [2, 2], data }]),
          ['base_model.model.y.lokr_w1', { shape: [2, 1], data: [1, 2] }],
          ['base_model.model.y.lokr_w2', { shape: [1, 2], data: [1, 2] }],
          ['base_model.model.z.oft_R.weight', { shape: [1, 1], data: [0.1] }],
        ]),
        adapter(metadata),
      ).modules.map((module) => {
        const zero = { shape: [2, 2], data: new Float64Array(4) };
        const delta = deltaOf(zero, module.tensors);
        return delta.ok ? [...delta.value] : delta.problem.message;
      });
    const plain = file({});
    const scaled = file({ alpha: 8, r: 4, rank_pattern: { y: 2 }, num_cayley_neumann_terms: 1 });
    expect(scaled[0]).toEqual((plain[0] as number[]).map((value) => 4 * value));
    expect(plain[1]).toEqual([1, 2, 2, 4]);
    expect(scaled[1]).toEqual([4, 8, 8, 16]);
    expect(scaled[2]).toEqual([0, 0, 0, 0]);
  });

  it('is read from the configuration beside the file', () => {
    write(folder, 'adapter_config.json', JSON.stringify({ lora_alpha: 16 }));
    expect(scaleWith()).toBe(4);
    write(folder, 'adapter_config.json', 'no JSON');
    expect(scaleWith()).toBe(1);
  });
});

describe('half precision', () => {
  it('survives the way there and back, for every number', () => {
    for (let bits = 0; bits < 65_536; bits++) {
      const value = decodeF16(bits);
      if (Number.isNaN(value)) expect(Number.isNaN(decodeF16(encodeF16(value)))).toBe(true);
      else if (encodeF16(value) !== bits) throw new Error(`${bits} → ${value} → ${encodeF16(value)}`);
    }
  });

  it.each([
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [65_519.99, 0x7bff],
    [65_520, 0x7c00],
    [2 ** -25, 0],
    [2 ** -25 + 2 ** -40, 1],
    [-(2 ** -24), 0x8001],
  ])('%d rounds to even', (value, bits) => {
    expect(encodeF16(value)).toBe(bits);
  });

  it('reads integers too', () => {
    const out = new Float64Array(2);
    decodeInto(out, new Uint8Array(BigInt64Array.of(-3n, 7n).buffer), 'I64');
    expect([...out]).toEqual([-3, 7]);
  });
});
