import { type PairNode, parseSchedule, type ScheduleNode, type ScheduleTree } from './tree';

export interface ScheduleOptions {
  /** Steps of the first pass. */
  readonly steps: number;
  /** Steps of the hires pass; given, the schedule of that pass is computed. */
  readonly hiresSteps?: number;
  /** The option for pictures made before 1.6: any number below 1 is a fraction, and the hires pass repeats. */
  readonly useOldScheduling?: boolean;
}

/** The prompt in force up to and including `endStep`. */
export type SchedulePhase = readonly [endStep: number, text: string];

export interface Schedule {
  readonly phases: readonly SchedulePhase[];
  readonly tree: ScheduleTree;
  /** Set when a number is too large to be a step: the web UI then fails to generate. */
  readonly overflow?: PairNode;
  /** True when phases were left out because all of them together would not fit in memory. */
  readonly truncated?: boolean;
}

/** All phases together may hold this many characters: an alternation in an 8 MB prompt would need gigabytes. */
const MAX_PHASE_CHARACTERS = 64_000_000;

/** What the web UI conditions on at which step. Linear in `text.length` times the number of phases. */
export function resolveSchedule(text: string, options: ScheduleOptions): Schedule {
  const tree = parseSchedule(text);
  const steps = passSteps(options);
  if (!tree.ok || tree.constructs.length === 0) return { phases: [[steps, text]], tree };

  const when = new Map<PairNode, number>();
  const ends = new Set<number>([steps]);
  for (const construct of tree.constructs) {
    if (construct.form === 'alternate') {
      if (ends.size < steps) for (let step = 1; step <= steps; step++) ends.add(step);
      continue;
    }
    const step = switchStep(construct.when, options);
    if (step === undefined) return { phases: [[steps, text]], tree, overflow: construct };
    when.set(construct, step);
    if (step >= 1) ends.add(step);
  }

  const phases: SchedulePhase[] = [];
  let characters = 0;
  for (const step of [...ends].sort((a, b) => a - b)) {
    const phase = textAtStep(text, tree.nodes, step, when);
    phases.push([step, phase]);
    characters += phase.length;
    if (characters > MAX_PHASE_CHARACTERS && phases.length > 1) return { phases, tree, truncated: true };
  }
  return { phases, tree };
}

function passSteps(options: ScheduleOptions): number {
  return options.hiresSteps === undefined || options.useOldScheduling ? options.steps : options.hiresSteps;
}

/**
 * The last step of a switch's first half: a number with a point is a fraction of the steps, any other a step. In the
 * hires pass both count from the start of the first pass. Undefined for a number too large for an integer.
 */
function switchStep(written: string, options: ScheduleOptions): number | undefined {
  const steps = passSteps(options);
  const value = Number(written);
  let step: number;
  if (options.useOldScheduling) step = value < 1 ? value * steps : value;
  else {
    const hires = options.hiresSteps !== undefined;
    if (written.includes('.')) step = (value - (hires ? 1 : 0)) * steps;
    else step = value - (hires ? options.steps : 0);
  }
  return Number.isFinite(step) ? Math.min(steps, Math.trunc(step)) : undefined;
}

/** Walks the active branches with a stack of its own: nesting may be deeper than the call stack. */
function textAtStep(
  text: string,
  root: readonly ScheduleNode[],
  step: number,
  when: ReadonlyMap<PairNode, number>,
): string {
  const out: string[] = [];
  const work: (string | Cursor)[] = [{ nodes: root, index: 0 }];
  for (let top = work[work.length - 1]; top !== undefined; top = work[work.length - 1]) {
    if (typeof top === 'string') {
      out.push(top);
      work.pop();
      continue;
    }
    const node = top.nodes[top.index++];
    if (node === undefined) work.pop();
    else if (node.type === 'list') work.push({ nodes: node.nodes, index: 0 });
    else if (node.type !== 'pair') out.push(text.slice(node.start, node.end));
    else if (node.active) work.push({ nodes: branchAt(node, step, when), index: 0 });
    else {
      work.push(text.slice(node.end - 1, node.end));
      for (let index = node.sections.length - 1; index >= 0; index--) {
        work.push({ nodes: node.sections[index] ?? [], index: 0 });
        const separator = node.separators[index - 1];
        if (separator !== undefined) work.push(text.slice(separator, separator + 1));
      }
      work.push(text.slice(node.start, node.start + 1));
    }
  }
  return out.join('');
}

interface Cursor {
  readonly nodes: readonly ScheduleNode[];
  index: number;
}

function branchAt(
  node: PairNode,
  step: number,
  when: ReadonlyMap<PairNode, number>,
): readonly ScheduleNode[] {
  if (node.form === 'alternate') return node.sections[(step - 1) % node.sections.length] ?? [];
  const after = node.sections.length - 2;
  if (step > (when.get(node) ?? 0)) return node.sections[after] ?? [];
  return after === 1 ? (node.sections[0] ?? []) : [];
}
