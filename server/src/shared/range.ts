/**
 * A half-open range of UTF-16 code units, `[start, end)`. Every range in the pure core counts from the beginning of
 * the document; only `lsp/` and the formatters of `cli/` turn offsets into lines and columns.
 */
export interface Range {
  readonly start: number;
  readonly end: number;
}
