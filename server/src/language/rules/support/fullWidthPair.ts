import type { Range } from '../../../shared/range';

const CLOSER_OF: Readonly<Record<string, string>> = { '(': '）', '[': '］' };
const OPENER_OF: Readonly<Record<string, string>> = { ')': '（', ']': '［' };
const ENDS_LOOK: ReadonlySet<string> = new Set([...'()[]（）［］\r\n']);

/**
 * The pair that the bracket at an offset makes with a full-width one, as a writer who changed the keyboard in between
 * meant it: on one line, with no other bracket between them.
 */
export function mixedPairAt(text: string, offset: number): Range | undefined {
  const bracket = text.charAt(offset);
  const forwards = CLOSER_OF[bracket];
  const partner = forwards ?? OPENER_OF[bracket];
  if (partner === undefined) return undefined;
  const step = forwards === undefined ? -1 : 1;
  let at = offset + step;
  while (at >= 0 && at < text.length && !ENDS_LOOK.has(text.charAt(at))) at += step;
  if (text.charAt(at) !== partner) return undefined;
  return { start: Math.min(at, offset), end: Math.max(at, offset) + 1 };
}
