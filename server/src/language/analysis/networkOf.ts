import type { Range } from '../../shared/range';
import { LORA_TYPES, readLoraArguments } from './loraArguments';
import { type MappedText, sourceRange } from './mapped';
import type { NetworkTag } from './networks';
import type { Network, ResolveError } from './resolved';

/** A tag of a mapped text as the document has it; `errors` takes in what makes the web UI turn its network off. */
export function networkOf(
  mapped: MappedText,
  tag: NetworkTag,
  isPositive: boolean,
  errors: ResolveError[],
): Network {
  const [name, weight] = tag.positional;
  const place = (from: number, to: number): Range => sourceRange(mapped, from, to);
  const read = readLoraArguments(tag);
  const range = place(tag.start, tag.end);
  if (!read.ok && isPositive && LORA_TYPES.has(tag.type))
    errors.push({
      code: 'bad-network-argument',
      message: `The web UI cannot read an argument of this tag (${read.error}), and then turns off every network of the prompt.`,
      range,
    });
  return {
    type: tag.type,
    name: name?.text ?? '',
    positional: tag.positional.map((item) => item.text),
    named: tag.named,
    range,
    nameRange: name === undefined ? { start: range.end, end: range.end } : place(name.start, name.end),
    ...weightRange(mapped, tag, weight),
    te: read.ok ? read.te : Number.NaN,
    unet: read.ok ? read.unet : Number.NaN,
    dyn: read.ok ? read.dyn : null,
  };
}

/** The first positional weight, else the value of the first `te=` or `unet=`. */
function weightRange(
  mapped: MappedText,
  tag: NetworkTag,
  weight: { start: number; end: number } | undefined,
): { weightRange?: Range } {
  if (weight !== undefined) return { weightRange: sourceRange(mapped, weight.start, weight.end) };
  const item = tag.items.find(({ text }) => text.startsWith('te=') || text.startsWith('unet='));
  if (item === undefined) return {};
  return { weightRange: sourceRange(mapped, item.start + item.text.indexOf('=') + 1, item.end) };
}
