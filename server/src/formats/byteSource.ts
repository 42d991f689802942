/** Where the bytes come from: a file, or a piece of memory. `read` may return fewer bytes at the end. */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
}
