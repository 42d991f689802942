import type { Range } from '../../../shared/range';
import type { Group, Schedule } from '../../syntax/nodes';

/** A weight that is more likely a part of the text. */
export type Suspicion =
  /** `(16:9)`, `(at 12:00)`. */
  | { readonly kind: 'ratio'; readonly range: Range; readonly text: string }
  /** `(:3)`: a weight of nothing. */
  | { readonly kind: 'face'; readonly range: Range }
  /** `(a:1.2:1.3)`. */
  | {
      readonly kind: 'two-numbers';
      readonly range: Range;
      readonly first: string;
      readonly firstRange: Range;
    };

/** Numbers are short; what stands further back is not looked at, so that no text makes the patterns slow. */
const LOOK_BACK = 60;
const RATIO = /(?:^|[\s,;.(])(\d{1,4})$/u;
const TWO_NUMBERS = /:\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*$/u;

/** Looks at what stands before the colon of a group's weight. `text` is the document without comments. */
export function suspicionOf(group: Group, text: string): Suspicion | undefined {
  const { weight } = group;
  if (!weight || group.bracket !== 'round') return undefined;
  const before = text.slice(group.range.start + 1, weight.range.start);
  const colon = before.lastIndexOf(':');
  if (colon < 0) return undefined;
  const head = before.slice(0, colon);
  if (head.trim() === '') return { kind: 'face', range: group.range };
  // `(:3:1.2)`: the face has a weight, as it should.
  if (/^\s*[>}]?[:;=xX8][-'^]?\d{1,2}\s*$/u.test(head)) return undefined;
  const tail = head.slice(-LOOK_BACK);
  const ratio = RATIO.exec(tail);
  if (ratio && /^\d{1,4}$/u.test(weight.text) && !/\s/u.test(before.slice(colon + 1))) {
    const start = group.range.start + 1 + head.length - (ratio[1]?.length ?? 0);
    const range = { start, end: weight.range.end };
    return { kind: 'ratio', range, text: text.slice(range.start, range.end) };
  }
  const two = TWO_NUMBERS.exec(tail);
  const first = two?.[1];
  if (!two || first === undefined || /\d$/u.test(tail.slice(0, two.index))) return undefined;
  const start = group.range.start + 1 + head.length - tail.length + two.index;
  return {
    kind: 'two-numbers',
    range: { start, end: weight.range.end },
    first,
    firstRange: { start, end: group.range.start + 1 + head.length },
  };
}

/** `[word:1.2]`: a schedule with one text and a fraction above 1 looks like a weight and never happens. */
export function looksLikeBracketWeight(schedule: Schedule): boolean {
  const { from, when } = schedule;
  return from === undefined && when.text.includes('.') && when.value > 1 && when.value < 3;
}
