import { type Construct, parseSchedule, type ScheduleTree, type Section } from './tree';

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
  /** Worked out when first asked for: callers that only ask whether a prompt can be read do not need them. */
  readonly phases: readonly SchedulePhase[];
  readonly tree: ScheduleTree;
  /** Set when a number is too large to be a step: the web UI then fails to generate. */
  readonly overflow?: Construct;
  /** True when phases were left out because all of them together would not fit in memory. */
  readonly truncated?: boolean;
}

/** All phases together may hold this many characters: an alternation in an 8 MB prompt would need gigabytes. */
const MAX_PHASE_CHARACTERS = 64_000_000;

/** What the web UI conditions on at which step. Linear in `text.length` times the number of phases. */
export function resolveSchedule(text: string, options: ScheduleOptions): Schedule {
  const tree = parseSchedule(text);
  const steps = passSteps(options);
  if (!tree.ok || tree.root.constructs.length === 0) return { phases: [[steps, text]], tree };

  const when = new Map<Construct, number>();
  const ends = new Set<number>([steps]);
  for (const construct of allConstructs(tree.root)) {
    if (construct.form === 'plain') continue;
    if (construct.form === 'alternate') {
      if (ends.size < steps) for (let step = 1; step <= steps; step++) ends.add(step);
      continue;
    }
    const step = switchStep(construct.when, options);
    if (step === undefined) return { phases: [[steps, text]], tree, overflow: construct };
    when.set(construct, step);
    if (step >= 1) ends.add(step);
  }

  const schedule = new LazySchedule(text, tree, when, ends);
  // No phase is longer than the text, so most prompts need not be written out to know that all of it fits.
  const mayNotFit = ends.size * text.length > MAX_PHASE_CHARACTERS;
  const isTruncated = mayNotFit && schedule.phases.length < ends.size;
  return isTruncated ? { phases: schedule.phases, tree, truncated: true } : schedule;
}

/** A schedule whose texts are written out when first asked for. */
class LazySchedule implements Schedule {
  #phases: readonly SchedulePhase[] | undefined;

  constructor(
    private readonly text: string,
    readonly tree: ScheduleTree & { readonly ok: true },
    private readonly when: ReadonlyMap<Construct, number>,
    private readonly ends: ReadonlySet<number>,
  ) {}

  get phases(): readonly SchedulePhase[] {
    this.#phases ??= writePhases(this.text, this.tree.root, this.when, this.ends);
    return this.#phases;
  }
}

/** The text of every phase, as many as fit in memory. */
function writePhases(
  text: string,
  root: Section,
  when: ReadonlyMap<Construct, number>,
  ends: ReadonlySet<number>,
): SchedulePhase[] {
  const phases: SchedulePhase[] = [];
  let characters = 0;
  for (const step of [...ends].sort((a, b) => a - b)) {
    const phase = textAtStep(text, root, step, when);
    phases.push([step, phase]);
    characters += phase.length;
    if (characters > MAX_PHASE_CHARACTERS && phases.length > 1) break;
  }
  return phases;
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

/** Every construct, those inside others too, in no particular order. */
function allConstructs(root: Section): Construct[] {
  const all = [...root.constructs];
  // The list grows while it is walked.
  for (const { sections } of all)
    for (const section of sections) for (const inner of section.constructs) all.push(inner);
  return all;
}

/** Walks the active branches with a stack of its own: nesting may be deeper than the call stack. */
function textAtStep(text: string, root: Section, step: number, when: ReadonlyMap<Construct, number>): string {
  const out: string[] = [];
  const open: Cursor[] = [{ section: root, next: 0, at: root.start }];
  for (let top = open[open.length - 1]; top !== undefined; top = open[open.length - 1]) {
    const construct = top.section.constructs[top.next++];
    const limit = construct?.start ?? top.section.end;
    if (limit > top.at) out.push(text.slice(top.at, limit));
    if (construct === undefined) open.pop();
    else {
      top.at = construct.end;
      const section = sectionAt(construct, step, when);
      if (section !== undefined) open.push({ section, next: 0, at: section.start });
    }
  }
  return out.join('');
}

interface Cursor {
  readonly section: Section;
  /** Index of the next construct. */
  next: number;
  /** What comes before this offset is written. */
  at: number;
}

/** The section of a construct that a step shows, if any. */
function sectionAt(
  construct: Construct,
  step: number,
  when: ReadonlyMap<Construct, number>,
): Section | undefined {
  const { form, sections } = construct;
  if (form === 'plain') return sections[0];
  if (form === 'alternate') return sections[(step - 1) % sections.length];
  const after = sections.length - 2;
  if (step > (when.get(construct) ?? 0)) return sections[after];
  return after === 1 ? sections[0] : undefined;
}
