/**
 * A stream of standard normal numbers that a seed names. Two sources made with the same seed give the same numbers in
 * the same order; what a draw gives depends on the sizes of the draws before it, as in the programs it follows.
 */
export interface NoiseSource {
  /** Draws one tensor of the given shape, row-major, and moves the stream on. */
  randn(shape: readonly number[]): Float32Array;
}

/** Number of elements of a tensor of the given shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}
