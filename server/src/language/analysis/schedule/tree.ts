import { SPACE, skipSpace } from '../../text/python';
import { mayHoldSchedule } from '../fastPaths';
import { createSearchOrder, type SearchOrder, type Sequence } from './order';

/**
 * Prompt editing, parsed. The web UI hands the whole prompt to an ambiguous Earley grammar. Its language has a simple
 * shape, which makes one pass with a stack and one walk back equivalent (a test compares the two):
 *
 * - Brackets may stand alone at the top level, but inside a construct everything is properly nested. So an opening
 *   bracket has at most one possible partner, the one a stack finds, and a closer of the wrong kind rules out every
 *   opener before it.
 * - What stands between two partners, split at its own colons and bars, decides alone whether they form a construct.
 * - Read from the end, a construct that ends at an offset is preferred to bare brackets, and before a bare bracket or
 *   colon the parser takes the run of them that its search met first: `[a:b:3]]]` is text, `[a:b:3]]` is not.
 *   `order.ts` follows that search.
 * - A bar is legal only inside an alternation and a backslash needs a character after it on the same line. Any other
 *   one makes the web UI take the whole prompt literally.
 */
export interface Construct {
  /** `[before:after:when]`, `[a|b]`, or plain brackets: one section, brackets included. */
  readonly form: 'switch' | 'alternate' | 'plain';
  readonly start: number;
  readonly end: number;
  /** What stands between the separators; an empty first section of a switch means that the text is added. */
  readonly sections: readonly Section[];
  /** The number of a switch, without blanks. */
  readonly when: string;
}

/** A stretch of the prompt and the constructs directly in it, in order. */
export interface Section {
  readonly start: number;
  readonly end: number;
  readonly constructs: readonly Construct[];
}

export type ScheduleTree =
  | { readonly ok: true; readonly root: Section }
  | { readonly ok: false; readonly at: number; readonly reason: 'bare-bar' | 'trailing-backslash' };

const NUMBER = new RegExp(
  `^[${SPACE}]*([+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[${SPACE}]*$`,
);
const SPECIAL: ReadonlySet<number> = new Set([...'()[]:|'].map((character) => character.charCodeAt(0)));
const BACKSLASH = 92;
const NEWLINE = 10;
const NO_CONSTRUCTS: readonly Construct[] = [];

interface Frame {
  readonly open: '(' | '[';
  readonly start: number;
  /** The search order's memory of what the bracket stands in. */
  readonly outside: Sequence;
  /** Finished sections. */
  readonly sections: Section[];
  sectionStart: number;
  /** Constructs of the section being read, in order. */
  inside: Construct[];
  colons: number;
  bars: number;
  firstBar: number;
  /** False once something inside can only stand at the top level. */
  nested: boolean;
}

/** Parses a prompt (comments and networks already removed). Linear in its length; never throws. */
export function parseSchedule(text: string): ScheduleTree {
  return mayHoldSchedule(text)
    ? readTree(text)
    : { ok: true, root: { start: 0, end: text.length, constructs: NO_CONSTRUCTS } };
}

/** The same without the shortcut for prompts that hold no schedule. */
export function readTree(text: string): ScheduleTree {
  const state: State = {
    text,
    order: createSearchOrder(text.length),
    frames: [],
    elementStart: new Int32Array(text.length + 1).fill(-1),
    constructs: new Map(),
  };
  for (let at = 0; at < text.length; ) {
    const end = runEnd(text, at);
    if (end < 0) return { ok: false, at: -1 - end, reason: 'trailing-backslash' };
    if (end > at) {
      const blanksEnd = skipSpace(text, at, end);
      state.elementStart[end] = at;
      state.order.text(end, at < blanksEnd && blanksEnd < end);
    }
    if (end === text.length) break;
    const failed = readSpecial(state, text.charAt(end), end);
    if (failed >= 0) return { ok: false, at: failed, reason: 'bare-bar' };
    at = end + 1;
  }
  const unclosed = state.frames.find(({ bars }) => bars > 0);
  if (unclosed !== undefined) return { ok: false, at: unclosed.firstBar, reason: 'bare-bar' };
  return { ok: true, root: { start: 0, end: text.length, constructs: walkBack(state) } };
}

interface State {
  readonly text: string;
  readonly order: SearchOrder;
  /** Open brackets, outermost first. */
  readonly frames: Frame[];
  /** By the offset where a text or a pair ends: where it starts. -1 where none ends. */
  readonly elementStart: Int32Array;
  /** By the offset where they end: constructs, and pairs that hold some. */
  readonly constructs: Map<number, Construct>;
}

/** Where the text at `at` ends that holds no special character but escaped ones; -1 - offset of a lone backslash. */
function runEnd(text: string, at: number): number {
  for (let index = at; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === BACKSLASH) {
      if (index + 1 >= text.length || text.charCodeAt(index + 1) === NEWLINE) return -1 - index;
      index++;
    } else if (code < 128 && SPECIAL.has(code)) return index;
  }
  return text.length;
}

/** Takes a bracket, a colon or a bar in. Returns the offset of a bar that nothing can hold, or -1. */
function readSpecial(state: State, character: string, at: number): number {
  const { frames, order } = state;
  const frame = frames[frames.length - 1];
  switch (character) {
    case '(':
    case '[':
      frames.push(openFrame(character, at, order.opener(at + 1)));
      return -1;
    case ')':
    case ']':
      return close(state, at, character);
    case '|':
      if (frame === undefined) return at;
      if (frame.bars === 0) {
        frame.firstBar = at;
        order.bar();
      }
      frame.bars++;
      break;
    default:
      order.colon(at + 1, frame?.nested === true && frame.colons === 0 && frame.bars === 0);
      if (frame === undefined) return -1;
      frame.colons++;
  }
  endSection(frame, at);
  return -1;
}

function openFrame(open: '(' | '[', start: number, outside: Sequence): Frame {
  return {
    open,
    start,
    outside,
    sections: [],
    sectionStart: start + 1,
    inside: [],
    colons: 0,
    bars: 0,
    firstBar: -1,
    nested: true,
  };
}

function endSection(frame: Frame, at: number): void {
  const constructs = frame.inside.length === 0 ? NO_CONSTRUCTS : frame.inside;
  frame.sections.push({ start: frame.sectionStart, end: at, constructs });
  frame.sectionStart = at + 1;
  frame.inside = [];
}

/** Takes a closing bracket in. Returns the offset of a bar that nothing can hold, or -1. */
function close(state: State, at: number, bracket: string): number {
  const { text, frames, order } = state;
  const frame = frames[frames.length - 1];
  const matches = frame?.open === (bracket === ')' ? '(' : '[');
  if (frame !== undefined && matches && frame.nested) {
    endSection(frame, at);
    const pair = formPair(text, frame, at);
    if (pair !== undefined) {
      frames.pop();
      order.pair(at + 1, pair.form, frame.outside);
      state.elementStart[at + 1] = frame.start;
      keepConstruct(state, pair);
      return -1;
    }
  }
  order.stray(at + 1);
  // It cannot close the innermost bracket, which therefore stands alone; one of the wrong kind closes none further out.
  const kept = matches ? frames.length - 1 : 0;
  for (let index = frames.length - 1; index >= kept; index--) {
    const { bars, firstBar } = frames[index] as Frame;
    if (bars > 0) return firstBar;
  }
  frames.length = Math.max(0, kept);
  const outer = frames[frames.length - 1];
  if (outer !== undefined) outer.nested = false;
  return -1;
}

/** The pair that a frame forms with its last section ended, or undefined when the grammar has none for it. */
function formPair(text: string, frame: Frame, close: number): Construct | undefined {
  const { open, start, sections, colons, bars } = frame;
  const pair = (form: Construct['form'], when = ''): Construct => ({
    form,
    start,
    end: close + 1,
    sections,
    when,
  });
  if (bars > 0) return open === '[' && colons === 0 ? pair('alternate') : undefined;
  if (colons === 0 || (open === '(' && colons === 1)) return pair('plain');
  if (open === '(' || colons > 2) return undefined;
  const last = sections[colons] as Section;
  const number = NUMBER.exec(text.slice(last.start, last.end));
  return number === null ? undefined : pair('switch', number[1]);
}

/** Hands a pair to the bracket around it. Plain brackets count only for what is in them. */
function keepConstruct(state: State, pair: Construct): void {
  const construct = pair.form === 'plain' ? withoutBrackets(pair) : pair;
  if (construct === undefined) return;
  state.constructs.set(pair.end, construct);
  state.frames[state.frames.length - 1]?.inside.push(construct);
}

/** Plain brackets and all between them as one section; brackets around a single construct are that construct. */
function withoutBrackets({ start, end, sections }: Construct): Construct | undefined {
  if (sections.every((section) => section.constructs.length === 0)) return undefined;
  const constructs = sections.flatMap((section) => section.constructs);
  if (constructs.length <= 1) return constructs[0];
  return { form: 'plain', start, end, sections: [{ start, end, constructs }], when: '' };
}

/** The constructs of the top level, in order. */
function walkBack({ text, order, elementStart, constructs }: State): Construct[] {
  const found: Construct[] = [];
  for (let end = text.length; end > 0; ) {
    const start = elementStart[end] as number;
    if (start < 0) end = order.runBefore(end);
    else {
      const construct = constructs.get(end);
      if (construct !== undefined) found.push(construct);
      end = start;
    }
  }
  return found.reverse();
}
