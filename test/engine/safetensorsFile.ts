import { readFileSync, writeFileSync } from 'node:fs';

/** What the header of a safetensors file says of each tensor, besides its place. */
export type Header = Record<string, { readonly dtype: string; readonly shape: number[] }>;

/** A small safetensors file, whole. */
export function readFile(file: string): {
  header: Header;
  tensors: Map<string, Uint8Array>;
  metadata: Record<string, string>;
} {
  const bytes = readFileSync(file);
  const length = Number(bytes.readBigUInt64LE());
  const { __metadata__: metadata = {}, ...entries } = JSON.parse(bytes.toString('utf8', 8, 8 + length));
  const tensors = new Map<string, Uint8Array>();
  for (const [name, { data_offsets }] of Object.entries<{ data_offsets: [number, number] }>(entries))
    tensors.set(name, bytes.subarray(8 + length + data_offsets[0], 8 + length + data_offsets[1]));
  return { header: entries, tensors, metadata };
}

/** Writes the tensors one after the other, in the order of the map. */
export function writeFile(
  file: string,
  header: Header,
  tensors: ReadonlyMap<string, Uint8Array>,
  metadata: Readonly<Record<string, string>>,
): void {
  const entries: Record<string, unknown> = { __metadata__: metadata };
  let at = 0;
  for (const [name, bytes] of tensors) {
    const { dtype, shape } = header[name]!;
    entries[name] = { dtype, shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
  }
  const text = Buffer.from(JSON.stringify(entries));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(file, Buffer.concat([length, text, ...tensors.values()]));
}
