import { isDtype } from '../dtypes';
import { Refusal } from '../refusal';
import { JsonReader, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './json';

/** A tensor as the header's text describes it, before its offsets are checked. */
export interface RawTensor {
  readonly dtype: string;
  readonly shape: number[];
  readonly begin: number;
  readonly end: number;
  /** The shape's digits, present only when a dimension is beyond what a JavaScript number holds exactly. */
  readonly exactShape?: string[];
}

export interface RawHeader {
  readonly metadata: Record<string, string>;
  readonly tensors: Map<string, RawTensor>;
}

const MAX_UNSIGNED = 18_446_744_073_709_551_615n;

/** Reads the header's JSON in one pass. A name given twice counts as its last entry. Throws `Refusal`. */
export function readHeaderJson(text: string): RawHeader {
  const reader = new JsonReader(text);
  const tensors = new Map<string, RawTensor>();
  let metadata: Record<string, string> | undefined;
  reader.object((key) => {
    if (key !== '__metadata__') tensors.set(key, readTensor(reader, key));
    else if (metadata === undefined) metadata = readMetadata(reader);
    else throw new Refusal('safetensors-duplicate-field', '`__metadata__` is given twice');
  });
  reader.end();
  return { metadata: metadata ?? {}, tensors };
}

function readMetadata(reader: JsonReader): Record<string, string> {
  const metadata: Record<string, string> = Object.create(null);
  if (reader.isNull()) return metadata;
  if (reader.peek() !== OPEN_OBJECT) {
    throw new Refusal('safetensors-metadata', '`__metadata__` is not an object');
  }
  reader.object((key) => {
    if (reader.peek() !== QUOTE) {
      throw new Refusal(
        'safetensors-metadata',
        `the value of "${clip(key)}" in \`__metadata__\` is not a string`,
      );
    }
    metadata[key] = reader.string();
  });
  return metadata;
}

interface Draft {
  dtype?: string;
  shape?: number[];
  exactShape?: string[];
  offsets?: number[];
}

function readTensor(reader: JsonReader, name: string): RawTensor {
  const draft: Draft = {};
  const code = reader.peek();
  if (code === OPEN_OBJECT) {
    reader.object((key) => {
      if (key === 'dtype') {
        refuseTwice(name, key, draft.dtype);
        readDtype(reader, name, draft);
      } else if (key === 'shape') {
        refuseTwice(name, key, draft.shape);
        readShape(reader, name, draft);
      } else if (key === 'data_offsets') {
        refuseTwice(name, key, draft.offsets);
        readOffsets(reader, name, draft);
      } else {
        reader.skip(2);
      }
    });
  } else if (code === OPEN_ARRAY) {
    // The reference also takes the three fields as a list, in this order.
    const fields = [readDtype, readShape, readOffsets];
    reader.array((index) => {
      const read = fields[index];
      if (!read) return wrong(name, 'is a list of more than three values');
      read(reader, name, draft);
    });
  } else {
    wrong(name, 'is not an object');
  }
  const { dtype, shape, offsets, exactShape } = draft;
  if (dtype === undefined) return wrong(name, 'has no dtype');
  if (shape === undefined) return wrong(name, 'has no shape');
  if (offsets === undefined) return wrong(name, 'has no data_offsets');
  return { dtype, shape, begin: offsets[0]!, end: offsets[1]!, ...(exactShape && { exactShape }) };
}

function readDtype(reader: JsonReader, name: string, draft: Draft): void {
  let dtype: string | undefined;
  if (reader.peek() === OPEN_OBJECT) {
    // The reference's reader of names also takes the long form {"F32": null}.
    let names = 0;
    reader.object((key) => {
      dtype = key;
      if (!reader.isNull() || ++names > 1) wrong(name, 'has a dtype that is not a name');
    });
  } else if (reader.peek() === QUOTE) {
    dtype = reader.string();
  }
  if (dtype === undefined) wrong(name, 'has a dtype that is not a name');
  if (!isDtype(dtype)) {
    throw new Refusal('safetensors-dtype', `tensor "${clip(name)}" has the dtype "${clip(dtype)}"`);
  }
  draft.dtype = dtype;
}

function readShape(reader: JsonReader, name: string, draft: Draft): void {
  if (reader.peek() !== OPEN_ARRAY) wrong(name, 'has a shape that is not a list');
  const shape: number[] = [];
  const digits: string[] = [];
  reader.array(() => {
    const quick = reader.whole();
    if (quick === undefined) digits[shape.length] = wholeDigits(reader, name, 'shape');
    shape.push(quick ?? Number(digits[shape.length]));
  });
  draft.shape = shape;
  if (digits.length > 0) draft.exactShape = shape.map((value, index) => digits[index] ?? String(value));
}

function readOffsets(reader: JsonReader, name: string, draft: Draft): void {
  if (reader.peek() !== OPEN_ARRAY) wrong(name, 'has data_offsets that are not a list');
  const offsets: number[] = [];
  reader.array(() => {
    offsets.push(reader.whole() ?? Number(wholeDigits(reader, name, 'data_offsets')));
  });
  if (offsets.length !== 2) wrong(name, `has ${offsets.length} data_offsets instead of two`);
  draft.offsets = offsets;
}

/** Digits of a whole number that is long, or the refusal of what is none. */
function wholeDigits(reader: JsonReader, name: string, field: string): string {
  const code = reader.peek();
  if (code !== 0x2d && !(code >= 0x30 && code <= 0x39))
    wrong(name, `has something else than a number in its ${field}`);
  const digits = reader.digits();
  if (!/^\d+$/.test(digits) || (digits.length > 19 && BigInt(digits) > MAX_UNSIGNED)) {
    wrong(name, `has ${clip(digits)} in its ${field}, which is not a whole number of 64 bits`);
  }
  return digits;
}

function refuseTwice(name: string, field: string, known: unknown): void {
  if (known !== undefined) {
    throw new Refusal('safetensors-duplicate-field', `tensor "${clip(name)}" gives ${field} twice`);
  }
}

function wrong(name: string, detail: string): never {
  throw new Refusal('safetensors-tensor', `tensor "${clip(name)}" ${detail}`);
}

/** Shortens text from a file before it goes into a message. */
function clip(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}
