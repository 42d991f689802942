import { describe, expect, it } from 'vitest';
import {
  createTensorListReader,
  headerLength,
  type ListedTensor,
  parseTensors,
  readHeader,
  SAFETENSORS_RULES,
  splitMetadata,
} from '../../../server/src/formats/safetensors';

/** A small linear congruential generator: the same mutations on every run. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function seedFile(): Uint8Array {
  const header = JSON.stringify({
    __metadata__: { ss_output_name: 'naïve "x"', ss_tag_frequency: '{"1_a":{"b":1}}' },
    'lora_unet_mid.lora_down.weight': { dtype: 'F16', shape: [2, 3], data_offsets: [0, 12] },
    'lora_unet_mid.lora_up.weight': { dtype: 'F4', shape: [2], data_offsets: [12, 13] },
    'lora_unet_mid.alpha': { dtype: 'F32', shape: [], data_offsets: [13, 17] },
  });
  const text = new TextEncoder().encode(`${header}   `);
  const bytes = new Uint8Array(8 + text.length + 17);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const listed = (tensors: ReadonlyMap<string, ListedTensor>) =>
  [...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape]);

const CHARACTERS = new TextEncoder().encode('{}[]",:0123456789-+.eE \ntruefalsnul\\u');

describe('mutated headers', () => {
  it('give a typed problem or a valid reading, never an exception', () => {
    const seed = seedFile();
    const random = generator(7);
    const reader = createTensorListReader();
    let accepted = 0;
    let quick = 0;
    for (let round = 0; round < 24_000; round++) {
      let bytes = Uint8Array.from(seed);
      for (let change = 0; change <= random(3); change++) {
        const at = random(4) === 0 ? random(bytes.length) : 8 + random(bytes.length - 8);
        const kind = random(4);
        if (kind === 0) bytes[at] = bytes[at]! ^ (1 << random(8));
        else if (kind === 1) bytes[at] = CHARACTERS[random(CHARACTERS.length)]!;
        else if (kind === 2) bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1)]);
        else if (change === 0) bytes = bytes.slice(0, Math.max(9, at));
      }
      const size = bytes.length;
      const result = readHeader({ size, read: (offset, length) => bytes.subarray(offset, offset + length) });
      const length = headerLength(bytes.subarray(0, 8), size);
      const header = length.ok ? bytes.subarray(8, 8 + length.value) : undefined;
      const split = header && splitMetadata(header);
      if (split) {
        // The quick way to the tensors sees what the whole reader sees, and refuses what that refuses.
        const tensors = parseTensors(split.rest, header, size, reader);
        const expected = result.ok ? listed(result.value.tensors) : result.problem.code;
        expect(tensors.ok ? listed(tensors.value) : tensors.problem.code).toEqual(expected);
        if (tensors.ok) quick++;
      }
      if (result.ok) {
        accepted++;
        const end = Math.max(0, ...[...result.value.tensors.values()].map((tensor) => tensor.end));
        if (result.value.dataStart + end !== size) expect.fail(`accepted ${end} of ${size} bytes`);
        // The quick way to the metadata, where it can be gone at all, sees what the whole reader sees.
        if (split && JSON.stringify(split.metadata) !== JSON.stringify(result.value.metadata))
          expect.fail(`split ${JSON.stringify(split.metadata)}`);
      } else if (!Object.hasOwn(SAFETENSORS_RULES, result.problem.code)) {
        expect.fail(`untyped problem ${result.problem.code}`);
      }
    }
    expect(accepted).toBeGreaterThan(400);
    expect(quick).toBeGreaterThan(400);
  }, 120_000);

  it('refuse every truncation', () => {
    const seed = seedFile();
    for (let size = 0; size < seed.length; size++) {
      const bytes = seed.subarray(0, size);
      const result = readHeader({ size, read: (offset, length) => bytes.subarray(offset, offset + length) });
      expect(result.ok, `cut at ${size}`).toBe(false);
    }
  });
});

describe('splitMetadata', () => {
  const split = (text: string) => {
    const found = splitMetadata(new TextEncoder().encode(text));
    return found && { metadata: { ...found.metadata }, rest: new TextDecoder().decode(found.rest) };
  };

  it.each([
    ['{"__metadata__":{"a":"}"},"t":1}', { a: '}' }, ',"t":1}'],
    ['{ "__metadata__" : {"a":"\\"}"} , "t":1}', { a: '"}' }, ', "t":1}'],
    ['{"__metadata__":{}}', {}, '}'],
    ['{"t":1}', {}, '{"t":1}'],
    ['{"t":1}   ', {}, '{"t":1}'],
    ['{"__metadata__":{"a":"b"},"t":1}  \n', { a: 'b' }, ',"t":1}'],
    ['{"__metadata__":{"\\u0061":"na\u00efve \\ud83d\\ude00"}}', { a: 'na\u00efve \ud83d\ude00' }, '}'],
  ])('splits %s', (text, metadata, rest) => {
    expect(split(text)).toEqual({ metadata, rest });
  });

  it.each([
    '{"t":1,"__metadata__":{"a":"b"}}',
    '{"__meta\\u0064ata__":{"a":"b"}}',
    '{"__metadata__":{"a":1}}',
    '{"__metadata__":{"a":"b"',
    '{"__metadata__":null}',
    '{"__metadata__":{"a":"b",}}',
    '{"__metadata__":{"a":"\\x"}}',
    '{"__metadata__":{"a":"\\ud83d"}}',
    '{"__metadata__":{"a":"\u0001"}}',
    '{"__metadata__":{"a" "b"}}',
    '[]',
    '',
  ])('leaves %s to the strict reader', (text) => {
    expect(split(text)).toBeUndefined();
  });

  it('skips what is not asked for, but not a mistake in it', () => {
    const wanted = new Set(['b']);
    const read = (text: string) => splitMetadata(new TextEncoder().encode(text), wanted)?.metadata;
    expect({ ...read('{"__metadata__":{"a":"\\"x","b":"\\ty","c":"}"},"t":1}') }).toEqual({ b: '\ty' });
    expect(read('{"__metadata__":{"a":"\\x","b":"y"}}')).toBeUndefined();
    const broken = new TextEncoder().encode('{"__metadata__":{"a":"?","b":"y"}}');
    broken[broken.indexOf(0x3f)] = 0xff;
    expect(splitMetadata(broken, wanted)).toBeUndefined();
  });
});
