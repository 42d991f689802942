import type { Range } from '../../shared/range';
import { attentionRuns, parseAttention } from './attention';
import { stripComments } from './comments';
import { splitConjunction } from './conjunction';
import { scheduleMayFail } from './fastPaths';
import { type Inspection, inspectParts } from './inspect';
import { editMapped, type MappedEdit, type MappedText, sliceMapped } from './mapped';
import { networkOf } from './networkOf';
import { findNetworks } from './networks';
import type { ResolvedPrompt, ResolveError } from './resolved';
import { resolveSchedule } from './schedule/schedule';

/** Where a prompt stands and how it is read. */
export interface PromptSource {
  /** The prompt's text, as it was pasted. */
  readonly text: () => MappedText;
  readonly range: Range;
  /** Networks and AND count in a positive prompt only. */
  readonly isPositive: boolean;
  readonly steps: number;
}

/** Comments and networks, which go first. */
interface TagLayer {
  readonly comments: readonly Range[];
  readonly networks: ResolvedPrompt['networks'];
  readonly errors: readonly ResolveError[];
  readonly uncommented: MappedText;
  /** What goes out of it: networks of a positive prompt. */
  readonly removed: readonly MappedEdit[];
}

/** AND parts with their weights. */
interface PartLayer {
  readonly texts: readonly MappedText[];
  readonly weights: readonly number[];
}

/**
 * A prompt that is taken through the web UI's layers as far as somebody asks: the lint wants to know its networks, often
 * not even those, and never its schedule. A class, because an object literal with getters costs a hidden class that keeps
 * the whole document from being collected young.
 */
export class PromptLayers implements ResolvedPrompt {
  readonly range: Range;
  readonly #source: PromptSource;
  #written: MappedText | undefined;
  #tagLayer: TagLayer | undefined;
  #stripped: MappedText | undefined;
  #partLayer: PartLayer | undefined;
  #inspection: Inspection | undefined;
  #subprompts: ResolvedPrompt['subprompts'] | undefined;
  #schedule: ResolvedPrompt['schedule'] | undefined;
  #attention: ResolvedPrompt['attention'] | undefined;

  constructor(source: PromptSource) {
    this.range = source.range;
    this.#source = source;
  }

  get text(): string {
    return this.#rest.text;
  }

  get comments(): readonly Range[] {
    return this.#tags.comments;
  }

  get networks(): ResolvedPrompt['networks'] {
    return this.#tags.networks;
  }

  get subprompts(): ResolvedPrompt['subprompts'] {
    const { texts, weights } = this.#parts;
    this.#subprompts ??= texts.map(({ text }, index) => ({ text, weight: weights[index] ?? 1 }));
    return this.#subprompts;
  }

  get schedule(): ResolvedPrompt['schedule'] {
    const { steps } = this.#source;
    this.#schedule ??= resolveSchedule(this.#parts.texts[0]?.text ?? '', { steps }).phases;
    return this.#schedule;
  }

  get scheduleFailed(): boolean {
    return scheduleMayFail(this.#text.text) && this.#inspected.scheduleFailed;
  }

  get attention(): ResolvedPrompt['attention'] {
    this.#attention ??= attentionRuns(parseAttention(this.schedule[0]?.[1] ?? '').pieces);
    return this.#attention;
  }

  get breaks(): readonly Range[] {
    return this.#inspected.breaks;
  }

  /** What goes wrong in any layer, in the order of the layers. */
  get errors(): readonly ResolveError[] {
    return [...this.#tags.errors, ...this.#inspected.errors];
  }

  toJSON(): ResolvedPrompt {
    const { range, text, comments, networks, subprompts, schedule, scheduleFailed, attention, breaks } = this;
    return { range, text, comments, networks, subprompts, schedule, scheduleFailed, attention, breaks };
  }

  /** As it is written. */
  get #text(): MappedText {
    this.#written ??= this.#source.text();
    return this.#written;
  }

  get #tags(): TagLayer {
    this.#tagLayer ??= readTags(this.#text, this.#source.isPositive);
    return this.#tagLayer;
  }

  /** Without comments and networks. */
  get #rest(): MappedText {
    this.#stripped ??= editMapped(this.#tags.uncommented, this.#tags.removed);
    return this.#stripped;
  }

  get #parts(): PartLayer {
    this.#partLayer ??= readParts(this.#rest, this.#source.isPositive);
    return this.#partLayer;
  }

  get #inspected(): Inspection {
    this.#inspection ??= inspectParts(this.#parts.texts, this.#source.steps);
    return this.#inspection;
  }
}

function readTags(text: MappedText, isPositive: boolean): TagLayer {
  const { mapped, comments } = stripComments(text);
  const tags = findNetworks(mapped.text);
  const errors: ResolveError[] = [];
  const networks = tags.map((tag) => networkOf(mapped, tag, isPositive, errors));
  // In a negative prompt the web UI leaves tags as literal text.
  const removed = isPositive ? tags.map(({ start, end }) => ({ start, end, insert: '' })) : [];
  return { comments, networks, errors, uncommented: mapped, removed };
}

function readParts(mapped: MappedText, isPositive: boolean): PartLayer {
  if (!isPositive) return { texts: [sliceMapped(mapped, 0, mapped.text.length)], weights: [1] };
  const parts = splitConjunction(mapped.text);
  return {
    texts: parts.map(({ start, end }) => sliceMapped(mapped, start, end)),
    weights: parts.map(({ weight }) => weight),
  };
}
