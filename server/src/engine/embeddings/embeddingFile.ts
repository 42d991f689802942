import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { CONVERTIBLE, decodeInto } from '../../formats/elements';
import { readHeader, type SafetensorsHeader } from '../../formats/safetensors/index';
import { failure, type Result, success } from '../../shared/problem';
import { fileSource } from '../files/fileSource';

/** A matrix of rows that stand in the place of tokens. */
export interface EmbeddingRows {
  readonly rows: number;
  readonly width: number;
  /** `[rows, width]`. */
  readonly data: Float32Array;
}

/** A textual inversion: rows for one text encoder, or for both of SDXL's. */
export type EmbeddingVectors =
  | { readonly kind: 'one'; readonly only: EmbeddingRows }
  | { readonly kind: 'two'; readonly first: EmbeddingRows; readonly second: EmbeddingRows };

/** More elements than any textual inversion has: guards against headers that lie. */
const MAX_ELEMENTS = 2 ** 22;

/**
 * Reads a textual inversion from a safetensors file: `emb_params` (kohya, the web UI), the lone tensor that diffusers
 * names after its token, or SDXL's pair `clip_l` and `clip_g`. Fails with `embedding-missing`, `embedding-unread` for
 * formats that can run code, the safetensors codes, or `embedding-unknown`.
 *
 * @param bundled the name of an embedding that comes inside a network's file (`bundle_emb.NAME.…`)
 */
export function readEmbeddingFile(file: string, bundled?: string): Result<EmbeddingVectors> {
  if (path.extname(file).toLowerCase() !== '.safetensors')
    return failure(
      'embedding-unread',
      `${path.basename(file)} is no safetensors file, and other formats can run code when they are loaded.`,
      'Convert it to safetensors.',
    );
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    return failure(
      'embedding-missing',
      `The embedding file ${file} cannot be opened (${(error as NodeJS.ErrnoException).code}).`,
      'Check the embedding folders, or remove its name from the prompt.',
    );
  }
  try {
    const source = fileSource(descriptor);
    const header = readHeader(source);
    if (!header.ok) return header;
    const prefix = bundled === undefined ? '' : `bundle_emb.${bundled}.`;
    const names = [...header.value.tensors.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
    const vectors = pick(new Set(names), (name) => readRows(header.value, prefix + name, source.read));
    if (vectors) return success(vectors);
    return failure(
      'embedding-unknown',
      `${path.basename(file)} holds no textual inversion${bundled === undefined ? '' : ` ${bundled}`} that can be read.`,
      'Use the file of a textual inversion for CLIP text encoders.',
    );
  } finally {
    closeSync(descriptor);
  }
}

function pick(
  tensors: ReadonlySet<string>,
  rowsOf: (name: string) => EmbeddingRows | undefined,
): EmbeddingVectors | undefined {
  if (tensors.has('clip_l') && tensors.has('clip_g')) {
    const first = rowsOf('clip_l');
    const second = rowsOf('clip_g');
    return first && second && first.rows === second.rows ? { kind: 'two', first, second } : undefined;
  }
  const name = tensors.has('emb_params') ? 'emb_params' : tensors.size === 1 ? [...tensors][0] : undefined;
  const only = name === undefined ? undefined : rowsOf(name);
  return only && { kind: 'one', only };
}

/** A vector is one row, a matrix is several. */
function readRows(
  header: SafetensorsHeader,
  name: string,
  read: (offset: number, length: number) => Uint8Array,
): EmbeddingRows | undefined {
  const { dtype, shape, begin, end } = header.tensors.get(name)!;
  const [rows, width] = shape.length === 1 ? [1, shape[0]!] : [shape[0] ?? 0, shape[1] ?? 0];
  const isMatrix = shape.length === 1 || shape.length === 2;
  if (!isMatrix || rows < 1 || width < 1 || rows * width > MAX_ELEMENTS || !(dtype in CONVERTIBLE))
    return undefined;
  const data = new Float32Array(rows * width);
  decodeInto(data, read(header.dataStart + begin, end - begin), dtype);
  return data.every(Number.isFinite) ? { rows, width, data } : undefined;
}
