import type { Range } from '../../shared/range';
import type { Block, Document } from '../syntax/nodes';
import type { Side } from '../syntax/walk';
import { parseIntPython, skipSpace, strip } from '../text/python';
import { blockText } from './blockText';
import { mapSlice } from './mapped';
import { PromptLayers } from './promptLayers';
import type { ResolvedBlock, ResolvedPrompt, ResolveError } from './resolved';

export interface ResolveOptions {
  /** Steps to resolve schedules for; absent: the block's `Steps`, else 20. */
  readonly steps?: number;
}

/** The web UI's default, and what its slider allows. */
export const DEFAULT_STEPS = 20;
export const MAX_STEPS = 150;

/** Resolves every block of a document. */
export function resolveDocument(document: Document, options: ResolveOptions = {}): ResolvedBlock[] {
  return document.blocks.map((block) => resolveBlock(document, block, options));
}

/**
 * One block as the web UI reads it. It works on the text of the prompts, never on the tree, so that quirks of the web
 * UI are reproduced whatever the writer meant; every range points into the document. Nothing is read before it is
 * asked for.
 */
export function resolveBlock(document: Document, block: Block, options: ResolveOptions = {}): ResolvedBlock {
  const steps = Math.min(MAX_STEPS, Math.max(1, options.steps ?? blockSteps(block)));
  return new BlockLayers(document, block, steps);
}

/** A prompt that stands alone, such as one a template was expanded to. Ranges point into the text itself. */
export function resolveText(text: string, isPositive: boolean, steps: number): ResolvedPrompt {
  const range = { start: 0, end: text.length };
  return new PromptLayers({
    text: () => mapSlice(strip(text), skipSpace(text, 0)),
    range,
    isPositive,
    steps,
  });
}

/** Both prompts of a block. A class for the reason that `PromptLayers` is one. */
class BlockLayers implements ResolvedBlock {
  readonly #document: Document;
  readonly #block: Block;
  #positive: PromptLayers | undefined;
  #negative: PromptLayers | undefined;

  constructor(
    document: Document,
    block: Block,
    readonly steps: number,
  ) {
    this.#document = document;
    this.#block = block;
  }

  get index(): number {
    return this.#block.index;
  }

  get range(): Range {
    return this.#block.range;
  }

  get parameters(): ResolvedBlock['parameters'] {
    return this.#block.parameters;
  }

  get positive(): PromptLayers {
    this.#positive ??= this.#layers('positive', this.#block.positive.range);
    return this.#positive;
  }

  get negative(): PromptLayers {
    const { end } = this.#block.positive.range;
    this.#negative ??= this.#layers('negative', this.#block.negative?.range ?? { start: end, end });
    return this.#negative;
  }

  get errors(): readonly ResolveError[] {
    return [...this.positive.errors, ...this.negative.errors].sort(
      (a, b) => a.range.start - b.range.start || a.range.end - b.range.end,
    );
  }

  toJSON(): ResolvedBlock {
    const { index, range, positive, negative, parameters, steps, errors } = this;
    return { index, range, positive, negative, parameters, steps, errors };
  }

  #layers(side: Side, range: Range): PromptLayers {
    return new PromptLayers({
      text: () => blockText(this.#document, this.#block, side),
      range,
      isPositive: side === 'positive',
      steps: this.steps,
    });
  }
}

function blockSteps(block: Block): number {
  // The last one counts, as in the web UI's own record.
  const written = block.parameters.findLast((parameter) => parameter.key === 'Steps')?.value;
  const steps = written === undefined ? undefined : parseIntPython(written);
  return steps !== undefined && steps >= 1 ? steps : DEFAULT_STEPS;
}
