import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  createTensorListReader,
  headerLength,
  type ListedTensor,
  MAX_HEADER_BYTES,
  parseTensors,
  readHeader,
  SAFETENSORS_RULES,
  splitMetadata,
} from '../../../server/src/formats/safetensors';
import { createStructureMemo } from '../../../server/src/library/structureMemo';

interface GoldenCase {
  readonly name: string;
  readonly hex: string | null;
  readonly ok: boolean;
  readonly deserialize: string;
}

const golden = JSON.parse(readFileSync(join(__dirname, '../../golden/safetensors/cases.json'), 'utf8')) as {
  cases: GoldenCase[];
};
const verdicts = JSON.parse(
  readFileSync(join(__dirname, '../../golden/safetensors/reference_verdicts.json'), 'utf8'),
) as { cases: { hex: string; ok: boolean; names: string[] | null }[] };

const corners = JSON.parse(
  readFileSync(join(__dirname, '../../golden/safetensors/corners.json'), 'utf8'),
) as {
  cases: {
    readonly name: string;
    readonly header: string;
    readonly dataBytes: number;
    readonly tensors?: number;
    readonly rule?: string;
  }[];
};

/** Reads from memory and counts the bytes asked for. */
function source(bytes: Uint8Array) {
  let last = 0;
  return {
    size: bytes.length,
    read(offset: number, length: number) {
      last = Math.max(last, offset + length);
      return bytes.subarray(offset, offset + length);
    },
    last: () => last,
  };
}

function file(header: string | Uint8Array, data = 0): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const tensor = (dtype: string, shape: number[], begin: number, end: number) =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

/** The two cases whose bytes are too long to be listed: what their source says they are. */
const LONG: Record<string, Uint8Array> = {
  overlap_json_attack: file(
    `{${Array.from({ length: 10 }, (_, index) => `"weight_${index}":${tensor('F32', [2, 2], 0, 16)}`).join(',')}}`,
    16,
  ),
  own_deep_nesting: file(`{"a":${'['.repeat(200)}${']'.repeat(200)}}`),
};

/** The rule of ours for each message of the reference reader. */
const RULE_OF: readonly (readonly [message: RegExp, rule: string])[] = [
  [/header too small/, 'safetensors-header-too-small'],
  [/header too large/, 'safetensors-header-too-large'],
  [/invalid header length/, 'safetensors-header-length'],
  [/invalid UTF-8/, 'safetensors-utf8'],
  [/invalid offset/, 'safetensors-offset'],
  [/overflow computing/, 'safetensors-overflow'],
  [/slicing for subbytes/, 'safetensors-misaligned'],
  [/not fully covered/, 'safetensors-incomplete'],
  [/unknown variant/, 'safetensors-dtype'],
  [/duplicate field/, 'safetensors-duplicate-field'],
  [/expected a string|expected a map/, 'safetensors-metadata'],
  [/expected usize|missing field/, 'safetensors-tensor'],
];

const listed = (tensors: ReadonlyMap<string, ListedTensor>) =>
  [...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape]);

describe('safetensors headers', () => {
  it.each(golden.cases.map((row) => [row.name, row] as const))('%s, read the quick way', (name, row) => {
    const bytes = row.hex === null ? LONG[name]! : Uint8Array.from(Buffer.from(row.hex, 'hex'));
    const length = headerLength(bytes.subarray(0, 8), bytes.length);
    const header = length.ok ? bytes.subarray(8, 8 + length.value) : undefined;
    const split = header && splitMetadata(header);
    if (!split) return;
    const quick = parseTensors(split.rest, header, bytes.length, createTensorListReader());
    const whole = readHeader(source(bytes));
    expect(quick.ok ? listed(quick.value) : quick.problem).toEqual(
      whole.ok ? listed(whole.value.tensors) : whole.problem,
    );
  });

  it.each(golden.cases.map((row) => [row.name, row] as const))('%s', (name, row) => {
    const bytes = row.hex === null ? LONG[name] : Uint8Array.from(Buffer.from(row.hex, 'hex'));
    expect(bytes, 'the case has bytes').toBeDefined();
    const result = readHeader(source(bytes!));
    expect(result.ok).toBe(row.ok);
    if (result.ok) return;
    expect(Object.keys(SAFETENSORS_RULES)).toContain(result.problem.code);
    const rule = RULE_OF.find(([message]) => message.test(row.deserialize))?.[1];
    if (rule !== undefined) expect(result.problem.code).toBe(rule);
  });

  it.each(verdicts.cases.map((row, index) => [index, row] as const))(
    'judges case %i as the reference does',
    (_, row) => {
      const result = readHeader(source(Uint8Array.from(Buffer.from(row.hex, 'hex'))));
      expect(result.ok ? [...result.value.tensors.keys()].sort() : null).toEqual(row.names);
    },
  );

  it.each(corners.cases.map((row) => [row.name, row] as const))('%s', (_, { header: text, ...row }) => {
    const bytes = file(text, row.dataBytes);
    const strict = readHeader(source(bytes));
    expect(strict.ok ? strict.value.tensors.size : strict.problem.code).toBe(row.tensors ?? row.rule);
    const header = bytes.subarray(8, bytes.length - row.dataBytes);
    const memo = createStructureMemo().read({ bytes: header, fileSize: bytes.length });
    expect(memo.ok || memo.problem.code).toBe(row.rule ?? true);
  });

  it.each([
    `{"__metadata__":{}{"a":${tensor('U8', [1], 0, 1)}}`,
    `{"__metadata__":{} {"a":${tensor('U8', [1], 0, 1)}}`,
    `{"__metadata__":{}"a":${tensor('U8', [1], 0, 1)}}`,
    `{"__metadata__":{},,"a":${tensor('U8', [1], 0, 1)}}`,
    `{"__metadata__":{},"a":${tensor('U8', [1], 0, 1)}},`,
    `{,"a":${tensor('U8', [1], 0, 1)}}`,
  ])('refuses %s, also after a header with the same tensors', (text) => {
    const memo = createStructureMemo();
    for (const [whole, ok] of [
      [`{"a":${tensor('U8', [1], 0, 1)}}`, true],
      [`{"__metadata__":{},"a":${tensor('U8', [1], 0, 1)}}`, true],
      [text, false],
    ] as const) {
      const bytes = new TextEncoder().encode(whole);
      expect(memo.read({ bytes, fileSize: 9 + bytes.length }).ok, whole).toBe(ok);
    }
  });

  it('takes the last of two entries with one name', () => {
    const text = `{"a":${tensor('U8', [4], 0, 4)},"a":${tensor('I8', [2, 2], 0, 4)},"__metadata__":{"k":"1","k":"2"}}`;
    const result = readHeader(source(file(text, 4)));
    expect(result.ok && [...result.value.tensors]).toMatchObject([['a', { dtype: 'I8', shape: [2, 2] }]]);
    expect(result.ok && result.value.metadata).toEqual({ k: '2' });
  });

  it('keeps names that would hurt a plain object', () => {
    const text = `{"__metadata__":{"__proto__":"x"},"__proto__":${tensor('U8', [1], 0, 1)}}`;
    const result = readHeader(source(file(text, 1)));
    expect(result.ok && [...result.value.tensors.keys()]).toEqual(['__proto__']);
    expect(result.ok && Object.entries(result.value.metadata)).toEqual([['__proto__', 'x']]);
  });

  it('gives offsets relative to the first tensor byte', () => {
    const text = `{"b":${tensor('F16', [2], 4, 8)},"a":${tensor('F32', [1], 0, 4)}}`;
    const result = readHeader(source(file(text, 8)));
    expect(result.ok && result.value.dataStart).toBe(8 + text.length);
    expect(result.ok && result.value.tensors.get('b')).toMatchObject({ begin: 4, end: 8 });
  });

  it('reads no byte behind the header', () => {
    const text = `{"a":${tensor('U8', [1000], 0, 1000)}}`;
    const counted = source(file(text, 1000));
    expect(readHeader(counted).ok).toBe(true);
    expect(counted.last()).toBe(8 + text.length);
  });

  it('asks for eight bytes only when the length cannot be true', () => {
    for (const length of [BigInt(MAX_HEADER_BYTES) + 1n, 1_000n, 0xffff_ffff_ffff_ffffn]) {
      const bytes = new Uint8Array(64);
      new DataView(bytes.buffer).setBigUint64(0, length, true);
      const counted = source(bytes);
      expect(readHeader(counted).ok).toBe(false);
      expect(counted.last()).toBe(8);
    }
  });

  it('counts sub-byte tensors in bits', () => {
    const good = readHeader(source(file(`{"a":${tensor('F6_E2M3', [4], 0, 3)}}`, 3)));
    expect(good.ok).toBe(true);
    const bad = readHeader(source(file(`{"a":${tensor('F4', [3], 0, 2)}}`, 2)));
    expect(bad.ok || bad.problem.code).toBe('safetensors-misaligned');
  });

  it('finds an overflow that a zero behind it would hide', () => {
    const shape = '[9223372036854775808,4,0]';
    const text = `{"a":{"dtype":"U8","shape":${shape},"data_offsets":[0,0]}}`;
    const result = readHeader(source(file(text)));
    expect(result.ok || result.problem.code).toBe('safetensors-overflow');
    const zeroFirst = text.replace(shape, '[0,9223372036854775808,4]');
    expect(readHeader(source(file(zeroFirst))).ok).toBe(true);
  });

  it('names the tensor and the rule in its message', () => {
    const result = readHeader(source(file(`{"lora.down":${tensor('F32', [4], 0, 12)}}`, 12)));
    expect(result.ok || result.problem.message).toContain('lora.down');
    expect(result.ok || result.problem.message).toContain(SAFETENSORS_RULES['safetensors-size']);
  });
});
