import type { SamplingSettings } from '../../shared/samplingSettings';

/** Hidden states of a prompt, `[tokens, width]`. */
export interface HiddenStates {
  readonly hidden: Float32Array;
  readonly tokens: number;
}

/**
 * Conditions of one model evaluation as the web UI lengthens them. The parts of a composition are made equally long by
 * repeating the last row of the shorter. With `pad_cond_uncond` the shorter of prompt and negative prompt is filled with
 * the empty prompt; with `pad_cond_uncond_v0` the negative prompt is cut or filled with its own last row, and that wins.
 * @param empty the encoded empty prompt, one chunk.
 */
export function lengthenedConditions<Condition extends HiddenStates>(
  positive: readonly Condition[],
  negative: Condition,
  settings: SamplingSettings,
  empty: HiddenStates | undefined,
): { positive: Condition[]; negative: Condition } {
  const longest = Math.max(...positive.map(({ tokens }) => tokens));
  const parts = positive.map((condition) => withLastRow(condition, longest));
  if (longest === negative.tokens) return { positive: parts, negative };
  if (settings.pad_cond_uncond_v0)
    return { positive: parts, negative: withLastRow(cut(negative, longest), longest) };
  if (!settings.pad_cond_uncond || !empty) return { positive: parts, negative };
  const wanted = Math.max(longest, negative.tokens);
  return {
    positive: parts.map((condition) => withEmpty(condition, wanted, empty)),
    negative: withEmpty(negative, wanted, empty),
  };
}

function withLastRow<Condition extends HiddenStates>(condition: Condition, tokens: number): Condition {
  const width = condition.hidden.length / condition.tokens;
  return extended(condition, tokens, condition.hidden.subarray(-width));
}

function withEmpty<Condition extends HiddenStates>(
  condition: Condition,
  tokens: number,
  empty: HiddenStates,
): Condition {
  const count = Math.floor((tokens - condition.tokens) / empty.tokens);
  return extended(condition, condition.tokens + count * empty.tokens, empty.hidden);
}

/** A condition with `filling` behind it, again and again, up to a number of tokens. */
function extended<Condition extends HiddenStates>(
  condition: Condition,
  tokens: number,
  filling: Float32Array,
): Condition {
  if (condition.tokens >= tokens) return condition;
  const width = condition.hidden.length / condition.tokens;
  const hidden = new Float32Array(tokens * width);
  hidden.set(condition.hidden);
  for (let at = condition.hidden.length; at < hidden.length; at += filling.length) hidden.set(filling, at);
  return { ...condition, hidden, tokens };
}

function cut<Condition extends HiddenStates>(condition: Condition, tokens: number): Condition {
  if (condition.tokens <= tokens) return condition;
  const width = condition.hidden.length / condition.tokens;
  return { ...condition, hidden: condition.hidden.subarray(0, tokens * width), tokens };
}
