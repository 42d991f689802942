import { SPACE } from '../python';

/**
 * Prompt editing, parsed. The web UI hands the whole prompt to an ambiguous Earley grammar. Its language has a simple
 * shape, which makes one pass with a stack and one pass back equivalent (a test compares the two):
 *
 * - Brackets may stand alone at the top level, but inside a construct everything is properly nested. So an opening
 *   bracket has at most one possible partner, the one a stack finds, and a closer of the wrong kind rules out every
 *   opener before it.
 * - What stands between two partners, split at its own colons and bars, decides alone whether they form a construct.
 * - The parser prefers a construct to bare brackets, except right before bare brackets or colons: `[a:b:3]]]` is text.
 *   There its tie-breaking has a parity that `yields` follows. In rare texts where several constructs and stray brackets
 *   touch each other it decides by the history of its search, which is not followed.
 * - A bar is legal only inside an alternation and a backslash needs a character after it on the same line. Any other
 *   one makes the web UI take the whole prompt literally.
 */
export type ScheduleNode = TextNode | BareNode | ListNode | PairNode;

/** Verbatim text, `[start, end)` of the prompt. */
export interface TextNode {
  readonly type: 'text';
  readonly start: number;
  end: number;
}

/** Brackets and colons that stand alone. */
export interface BareNode {
  readonly type: 'bare';
  readonly start: number;
  end: number;
}

/** Nodes moved together, so that nesting never copies them twice. */
export interface ListNode {
  readonly type: 'list';
  readonly nodes: readonly ScheduleNode[];
}

/** A bracket and its partner. */
export interface PairNode {
  readonly type: 'pair';
  /** `[before:after:when]`, `[a|b]`, or plain brackets. */
  readonly form: 'switch' | 'alternate' | 'plain';
  readonly start: number;
  readonly end: number;
  /** What stands between the separators; an empty first section of a switch means that the text is added. */
  readonly sections: readonly (readonly ScheduleNode[])[];
  /** Offsets of the colons or bars between the sections. */
  readonly separators: readonly number[];
  /** The number of a switch, without blanks. */
  readonly when: string;
  /** False: the brackets are bare after all, and the pair is text around its sections. */
  active: boolean;
}

export type ScheduleTree =
  | { readonly ok: true; readonly nodes: readonly ScheduleNode[]; readonly constructs: readonly PairNode[] }
  | { readonly ok: false; readonly at: number; readonly reason: 'bare-bar' | 'trailing-backslash' };

const NUMBER = new RegExp(
  `^[${SPACE}]*([+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[${SPACE}]*$`,
);
/** How every switch ends. */
const SWITCH_END = new RegExp(`:[${SPACE}]*[-+.0-9eE]+[${SPACE}]*\\]`);
const SPECIAL = /[\\[\]():|]/g;
const NO_NODES: readonly ScheduleNode[] = [];

interface Frame {
  readonly open: string;
  readonly start: number;
  /** Finished sections, and the separators after them. */
  readonly sections: ScheduleNode[][];
  readonly separators: number[];
  nodes: ScheduleNode[];
  bars: number;
  firstBar: number;
  /** False once something inside can only stand at the top level. */
  nested: boolean;
}

/** Parses a prompt (comments and networks already removed). Linear in its length; never throws. */
export function parseSchedule(text: string): ScheduleTree {
  // Most prompts hold no schedule at all, and need no tree.
  if (!text.includes('|') && !SWITCH_END.test(text))
    return { ok: true, nodes: [{ type: 'text', start: 0, end: text.length }], constructs: [] };
  const frames: Frame[] = [newFrame('', 0)];
  const top = (): Frame => frames[frames.length - 1] as Frame;
  let at = 0;
  while (at < text.length) {
    SPECIAL.lastIndex = at;
    const found = SPECIAL.exec(text);
    const next = found === null ? text.length : found.index;
    if (next > at) appendText(top().nodes, at, next);
    if (found === null) break;
    at = next + 1;
    const character = found[0];
    if (character === '\\') {
      if (at >= text.length || text[at] === '\n')
        return { ok: false, at: next, reason: 'trailing-backslash' };
      at++;
      appendText(top().nodes, next, at);
    } else if (character === '(' || character === '[') {
      frames.push(newFrame(character, next));
    } else if (character === ')' || character === ']') {
      const failed = closeFrame(text, frames, next, character);
      if (failed >= 0) return { ok: false, at: failed, reason: 'bare-bar' };
    } else if (frames.length === 1) {
      if (character === '|') return { ok: false, at: next, reason: 'bare-bar' };
      appendBare(top().nodes, next);
    } else {
      addSeparator(top(), character, next);
    }
  }
  while (frames.length > 1) {
    const failed = dissolve(frames);
    if (failed >= 0) return { ok: false, at: failed, reason: 'bare-bar' };
  }
  const nodes = top().nodes;
  preferBareRuns(nodes);
  return { ok: true, nodes, constructs: activeConstructs(nodes) };
}

function newFrame(open: string, start: number): Frame {
  return { open, start, sections: [], separators: [], nodes: [], bars: 0, firstBar: -1, nested: true };
}

function addSeparator(frame: Frame, character: string, at: number): void {
  if (character === '|') {
    if (frame.bars === 0) frame.firstBar = at;
    frame.bars++;
  }
  frame.sections.push(frame.nodes);
  frame.separators.push(at);
  frame.nodes = [];
}

/** Handles a closing bracket. Returns the offset of a bar that nothing can hold, or -1. */
function closeFrame(text: string, frames: Frame[], at: number, bracket: string): number {
  const frame = frames[frames.length - 1] as Frame;
  if (frame.open === (bracket === ')' ? '(' : '[')) {
    const pair = frame.nested ? formPair(text, frame, at) : undefined;
    if (pair !== undefined) {
      frames.pop();
      (frames[frames.length - 1] as Frame).nodes.push(pair);
      return -1;
    }
    const failed = dissolve(frames);
    if (failed >= 0) return failed;
  } else {
    while (frames.length > 1) {
      const failed = dissolve(frames);
      if (failed >= 0) return failed;
    }
  }
  const outer = frames[frames.length - 1] as Frame;
  outer.nested = false;
  appendBare(outer.nodes, at);
  return -1;
}

/** Turns the innermost open bracket into a bare one. Returns the offset of a bar left without a construct, or -1. */
function dissolve(frames: Frame[]): number {
  const frame = frames.pop() as Frame;
  if (frame.bars > 0) return frame.firstBar;
  const parent = frames[frames.length - 1] as Frame;
  parent.nested = false;
  appendBare(parent.nodes, frame.start);
  for (let index = 0; index <= frame.sections.length; index++) {
    const separator = frame.separators[index - 1];
    if (separator !== undefined) appendBare(parent.nodes, separator);
    const nodes = frame.sections[index] ?? frame.nodes;
    if (nodes.length > 4) parent.nodes.push({ type: 'list', nodes });
    else for (const node of nodes) parent.nodes.push(node);
  }
  return -1;
}

/** The pair a closed frame forms, or undefined when the grammar has none for it. */
function formPair(text: string, frame: Frame, close: number): PairNode | undefined {
  const colons = frame.separators.length - frame.bars;
  const pair = (form: PairNode['form'], when = ''): PairNode => ({
    type: 'pair',
    form,
    start: frame.start,
    end: close + 1,
    sections: [...frame.sections, frame.nodes.length === 0 ? NO_NODES : frame.nodes],
    separators: frame.separators,
    when,
    active: form !== 'plain',
  });
  if (frame.bars > 0) return frame.open === '[' && colons === 0 ? pair('alternate') : undefined;
  if (colons === 0 || (frame.open === '(' && colons === 1)) return pair('plain');
  if (frame.open === '(' || colons > 2) return undefined;
  const number = NUMBER.exec(text.slice((frame.separators[colons - 1] as number) + 1, close));
  return number === null ? undefined : pair('switch', number[1]);
}

function appendText(nodes: ScheduleNode[], start: number, end: number): void {
  const last = nodes[nodes.length - 1];
  if (last?.type === 'text' && last.end === start) last.end = end;
  else nodes.push({ type: 'text', start, end });
}

function appendBare(nodes: ScheduleNode[], at: number): void {
  const last = nodes[nodes.length - 1];
  if (last?.type === 'bare' && last.end === at) last.end = at + 1;
  else nodes.push({ type: 'bare', start: at, end: at + 1 });
}

/**
 * Walks the top level from the end, counting bare characters in a row. A pair with two or more right behind it is bare
 * itself, and its content then belongs to the top level; an alternation cannot be, its bars have no other meaning.
 */
function preferBareRuns(root: readonly ScheduleNode[]): void {
  let run = 0;
  const work: (ScheduleNode | 'bare')[] = [...root];
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    if (node === 'bare') run++;
    else if (node.type === 'text') run = 0;
    else if (node.type === 'bare') run += node.end - node.start;
    else if (node.type === 'list') for (const inner of node.nodes) work.push(inner);
    else if (!yields(node, run)) run = 0;
    else {
      node.active = false;
      run++;
      work.push('bare');
      node.sections.forEach((section, index) => {
        if (index > 0) work.push('bare');
        for (const inner of section) work.push(inner);
      });
    }
  }
}

/** True when a pair with `run` bare characters behind it gives way to them. */
function yields(pair: PairNode, run: number): boolean {
  if (pair.form === 'plain') return run > 0;
  return pair.form === 'switch' && run > 0 && run % 2 === 0;
}

/** Every switch and alternation that counts, in no particular order. */
function activeConstructs(root: readonly ScheduleNode[]): PairNode[] {
  const constructs: PairNode[] = [];
  const work: (readonly ScheduleNode[])[] = [root];
  for (let nodes = work.pop(); nodes !== undefined; nodes = work.pop()) {
    for (const node of nodes) {
      if (node.type === 'list') work.push(node.nodes);
      else if (node.type === 'pair') {
        if (node.active) constructs.push(node);
        for (const section of node.sections) if (section.length > 0) work.push(section);
      }
    }
  }
  return constructs;
}
