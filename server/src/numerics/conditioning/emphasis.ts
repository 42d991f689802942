/** How attention weights act on an encoded prompt, as infotext's `Emphasis` names it. */
export type Emphasis = 'Original' | 'No norm' | 'Ignore' | 'None';

/** One chunk of a prompt, encoded. */
export interface EncodedTokens {
  /** Hidden states, row by row: `[tokens, width]`. */
  readonly hidden: Float32Array;
  /** The attention weight of each token. */
  readonly multipliers: readonly number[];
}

/**
 * Multiplies every token's row by its weight, in place. `Original` then scales the whole so that its mean is what it was;
 * `No norm` does not (often better with SDXL); `Ignore` leaves everything alone, and so does `None`, which reads no weights
 * at all.
 * @param hidden hidden states of one encoder call, row by row: `[tokens, width]`, all its chunks one behind the other.
 */
export function applyEmphasis(
  hidden: Float32Array,
  multipliers: readonly number[],
  emphasis: Emphasis,
): void {
  if (!acts([{ hidden, multipliers }], emphasis)) return;
  const weighted = multiplied({ hidden, multipliers });
  const ratio = emphasis === 'Original' ? sumOf(hidden) / sumOf(weighted) : 1;
  for (let i = 0; i < hidden.length; i++) hidden[i] = weighted[i]! * ratio;
}

/**
 * Emphasis over one call of the text encoder as the web UI makes it: all phases of a prompt at one chunk place. `Original`
 * scales all of them by one ratio of means.
 * @param call one chunk a phase; phases of the same chunk may share the object, and then share the result.
 * @returns new hidden states, one a phase.
 */
export function emphasiseCall(call: readonly EncodedTokens[], emphasis: Emphasis): Float32Array[] {
  if (!acts(call, emphasis)) return call.map(({ hidden }) => hidden);
  const counts = new Map<EncodedTokens, number>();
  for (const chunk of call) counts.set(chunk, (counts.get(chunk) ?? 0) + 1);
  const results = new Map<EncodedTokens, Float32Array>();
  let [before, after] = [0, 0];
  for (const [chunk, count] of counts) {
    const weighted = multiplied(chunk);
    results.set(chunk, weighted);
    before += count * sumOf(chunk.hidden);
    after += count * sumOf(weighted);
  }
  if (emphasis === 'Original')
    for (const values of results.values())
      for (let i = 0; i < values.length; i++) values[i]! *= before / after;
  return call.map((chunk) => results.get(chunk)!);
}

/** Whether weights change anything. */
function acts(call: readonly EncodedTokens[], emphasis: Emphasis): boolean {
  if (emphasis === 'Ignore' || emphasis === 'None') return false;
  return call.some(({ multipliers }) => multipliers.some((multiplier) => multiplier !== 1));
}

function multiplied({ hidden, multipliers }: EncodedTokens): Float32Array {
  const width = hidden.length / multipliers.length;
  const result = new Float32Array(hidden.length);
  for (const [row, multiplier] of multipliers.entries())
    for (let i = row * width; i < (row + 1) * width; i++) result[i] = hidden[i]! * multiplier;
  return result;
}

function sumOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
