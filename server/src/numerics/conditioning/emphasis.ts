/** How weights act on an encoded prompt, as infotext's `Emphasis` names it. */
export type Emphasis = 'Original' | 'No norm' | 'Ignore';

/**
 * Multiplies every token's row by its weight, in place. `Original` then scales the whole so that its mean is what it was;
 * `No norm` does not (often better with SDXL); `Ignore` leaves everything alone.
 * @param hidden one chunk's hidden states of one encoder, row by row: [tokens, width].
 */
export function applyEmphasis(
  hidden: Float32Array,
  multipliers: readonly number[],
  emphasis: Emphasis,
): void {
  if (emphasis === 'Ignore' || multipliers.every((multiplier) => multiplier === 1)) return;
  const width = hidden.length / multipliers.length;
  const before = mean(hidden);
  for (const [row, multiplier] of multipliers.entries())
    for (let i = row * width; i < (row + 1) * width; i++) hidden[i]! *= multiplier;
  if (emphasis !== 'Original') return;
  const scale = before / mean(hidden);
  for (let i = 0; i < hidden.length; i++) hidden[i]! *= scale;
}

function mean(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
