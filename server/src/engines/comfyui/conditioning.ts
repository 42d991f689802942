import type { ClipTokenizer } from '../../formats/tokenizer';
import type { ServerLibrary } from '../../shared/engines';
import type { PlanParameters, PlanPhase, PlanPrompt } from '../../shared/plan';
import type { GraphBuilder, Link } from './graph';
import { phaseBoundary } from './levels';
import { chunkTexts } from './text';

/** The node of the extension prompt-control that applies weights as the web UI does. */
const PROMPT_CONTROL = 'PCTextEncode';
/** What `ConditioningSetAreaStrength` takes. */
const LARGEST_WEIGHT = 10;

export interface ConditioningRequest {
  readonly graph: GraphBuilder;
  readonly clip: Link;
  readonly tokenizer: ClipTokenizer;
  readonly library: Pick<ServerLibrary, 'nodes' | 'embeddings'>;
  readonly emphasis: PlanParameters['emphasis'];
  readonly sigmas: readonly number[];
  readonly steps: number;
  readonly isHeun: boolean;
  readonly notes: Set<string>;
}

/**
 * The nodes of a prompt: a text node for each chunk, joined by `ConditioningConcat`; a range of time for each phase of prompt
 * editing; a strength for each part of an AND.
 * @returns the conditioning, and the factor of the CFG scale that AND needs
 */
export function conditioning(
  { subprompts }: PlanPrompt,
  request: ConditioningRequest,
): { readonly link: Link; readonly weight: number } {
  const { graph, notes } = request;
  const parts = subprompts.filter(({ weight }) => weight > 0 && weight <= LARGEST_WEIGHT);
  if (parts.length < subprompts.length)
    notes.add(
      `Parts of an AND with a weight of 0 or less, or above ${LARGEST_WEIGHT}, are left out by ComfyUI.`,
    );
  const kept = parts.length > 0 ? parts : subprompts.slice(0, 1);
  const made = kept.map(({ schedule, weight }) => ({ ...phases(schedule, request), weight }));
  if (new Set(made.map(({ chunks }) => chunks)).size > 1)
    notes.add(
      'The parts of the AND differ in their number of chunks, which ComfyUI joins otherwise: the picture differs.',
    );
  const total = made.reduce((sum, { weight }) => sum + weight, 0);
  if (made.length === 1) return { link: made[0]!.link, weight: made[0]!.weight };
  const links = made.map(({ link, weight }) =>
    graph.add('ConditioningSetAreaStrength', { conditioning: link, strength: weight }),
  );
  return { link: combined(graph, links), weight: total };
}

function phases(
  schedule: readonly PlanPhase[],
  request: ConditioningRequest,
): { readonly link: Link; readonly chunks: number } {
  const { graph, notes, sigmas, steps, isHeun } = request;
  const countsEvaluations = (schedule.at(-1)?.endStep ?? 0) > steps;
  const links: Link[] = [];
  let start = 0;
  let chunks = 0;
  for (const [index, phase] of schedule.entries()) {
    const isLast = index === schedule.length - 1;
    const boundary = isLast ? 1 : phaseBoundary(sigmas, phase.endStep, countsEvaluations ? 2 : 1, isHeun);
    if (boundary === undefined)
      notes.add(
        'A prompt edit of Heun ends between two model evaluations at one sigma; ComfyUI ends it a step later.',
      );
    const end = boundary ?? phaseBoundary(sigmas, phase.endStep + 1, 2, isHeun) ?? 1;
    if (end <= start) continue;
    const encoded = encode(phase, request);
    chunks = Math.max(chunks, encoded.chunks);
    links.push(
      start === 0 && end === 1
        ? encoded.link
        : graph.add('ConditioningSetTimestepRange', { conditioning: encoded.link, start, end }),
    );
    start = end;
    if (end >= 1) break;
  }
  return { link: combined(graph, links), chunks };
}

function encode(
  { runs }: PlanPhase,
  request: ConditioningRequest,
): { readonly link: Link; readonly chunks: number } {
  const { graph, clip, tokenizer, library, emphasis, notes } = request;
  const embeddings = library.embeddings.map(({ name, vectors = 1 }) => ({ name, rows: vectors }));
  const { texts, isWeighted, isCutInWord } = chunkTexts(runs, tokenizer, embeddings, emphasis === 'Ignore');
  if (isCutInWord) notes.add('A word crosses the end of a chunk of 75 tokens; ComfyUI cuts before it.');
  const hasControl = library.nodes?.includes(PROMPT_CONTROL) === true;
  if (isWeighted && !hasControl)
    notes.add(
      'Weights such as (word:1.2) work otherwise in ComfyUI; with the extension prompt-control they would be the web UI’s.',
    );
  const style = isWeighted && hasControl ? `STYLE(A1111, ${emphasis === 'No norm' ? 'none' : 'mean'}) ` : '';
  const links = texts.map((text) =>
    style
      ? graph.add(PROMPT_CONTROL, { clip, text: `${style}${text}` })
      : graph.add('CLIPTextEncode', { text, clip }),
  );
  const link = links.reduce((to, from) =>
    graph.add('ConditioningConcat', { conditioning_to: to, conditioning_from: from }),
  );
  return { link, chunks: texts.length };
}

function combined(graph: GraphBuilder, links: readonly Link[]): Link {
  return links.reduce((first, second) =>
    graph.add('ConditioningCombine', { conditioning_1: first, conditioning_2: second }),
  );
}
