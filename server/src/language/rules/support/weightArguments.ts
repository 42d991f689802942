import type { Range } from '../../../shared/range';
import type { Tag, TagArgument } from '../../syntax/nodes';

/** A piece of a tag that the web UI reads as a number. */
export interface NumberArgument {
  readonly argument: TagArgument;
  readonly text: string;
  readonly range: Range;
}

/**
 * The weights of a `<lora:…>` tag: the second and third positional argument, `te=` and `unet=`. Other named arguments
 * belong to extensions and are not read.
 */
export function weightArguments(tag: Tag): NumberArgument[] {
  const found: NumberArgument[] = [];
  let position = 0;
  for (const argument of tag.args) {
    if (argument.key === undefined) {
      if (position === 1 || position === 2) found.push(positional(argument));
      position++;
    } else if (argument.key === 'te' || argument.key === 'unet') found.push(named(argument));
  }
  return found;
}

/** The number of ranks to use: the fourth positional argument, or `dyn=`. */
export function dynArgument(tag: Tag): NumberArgument | undefined {
  const byName = tag.args.find((argument) => argument.key === 'dyn');
  if (byName) return named(byName);
  const byPlace = tag.args.filter((argument) => argument.key === undefined)[3];
  return byPlace && positional(byPlace);
}

function positional(argument: TagArgument): NumberArgument {
  return { argument, text: argument.text, range: trimmed(argument.text, argument.range.start) };
}

function named(argument: TagArgument): NumberArgument {
  const text = argument.value ?? '';
  return { argument, text, range: trimmed(text, argument.range.end - text.length) };
}

function trimmed(text: string, start: number): Range {
  const inner = text.trim();
  const from = start + (inner === '' ? 0 : text.indexOf(inner));
  return { start: from, end: from + inner.length };
}
