import type { Network, ResolvedBlock, ResolvedPrompt } from '../../analysis/resolved';
import type { Block, Document, Prompt, Tag } from '../../syntax/nodes';
import type { Container } from '../../syntax/walk';
import { type Outline, outlineOf } from './outline';
import { type Phrase, phrasesOf } from './phrases';

/**
 * One side of a block, in the tree and as the web UI reads it, and what several rules want to know of it. Each of those
 * views is made when it is first asked for and lives as long as the context: kept in a `WeakMap` instead, it would
 * outlive the garbage collector's young generation, document after document.
 */
export interface PromptView {
  readonly side: 'positive' | 'negative';
  readonly tree: Prompt;
  readonly resolved: ResolvedPrompt;
  readonly block: { readonly tree: Block; readonly resolved: ResolvedBlock };
  readonly outline: Outline;
  /** What stands between the commas outside brackets. */
  readonly phrases: readonly Phrase[];
  /** Every tag, however deep it lies in brackets. */
  readonly tags: readonly UsedTag[];
  /**
   * The tags that load a LoRA: `<lora:…>` and its alias `<lyco:…>`. One that is not closed on its line is left to
   * `unclosed-tag`, whatever the web UI makes of the text up to the next `>`.
   */
  readonly loras: readonly UsedLora[];
}

/** A `<type:…>` tag with what the web UI makes of it and the brackets around it. */
export interface UsedTag {
  readonly tag: Tag;
  /** Absent for a tag that the web UI does not read as a network: unclosed, or without arguments. */
  readonly network?: Network;
  readonly parents: readonly Container[];
}

export interface UsedLora extends UsedTag {
  readonly network: Network;
}

/** The positive prompt of a block and, if it is written, the negative one. */
export function viewPrompts(
  document: Document,
  block: { readonly tree: Block; readonly resolved: ResolvedBlock },
): readonly PromptView[] {
  const { tree } = block;
  const positive = new View('positive', tree.positive, block, document);
  return tree.negative ? [positive, new View('negative', tree.negative, block, document)] : [positive];
}

class View implements PromptView {
  #outline: Outline | undefined;
  #phrases: readonly Phrase[] | undefined;
  #tags: readonly UsedTag[] | undefined;
  #loras: readonly UsedLora[] | undefined;

  constructor(
    readonly side: PromptView['side'],
    readonly tree: Prompt,
    readonly block: PromptView['block'],
    private readonly document: Document,
  ) {}

  get resolved(): ResolvedPrompt {
    return this.block.resolved[this.side];
  }

  get outline(): Outline {
    this.#outline ??= outlineOf(this.tree.items);
    return this.#outline;
  }

  get phrases(): readonly Phrase[] {
    this.#phrases ??= phrasesOf(this.document, this.tree.items);
    return this.#phrases;
  }

  get tags(): readonly UsedTag[] {
    this.#tags ??= usedTags(this);
    return this.#tags;
  }

  get loras(): readonly UsedLora[] {
    this.#loras ??= this.tags.filter(
      (used): used is UsedLora =>
        used.tag.closed && used.network !== undefined && isLoraType(used.network.type),
    );
    return this.#loras;
  }
}

const NO_TAGS: readonly UsedTag[] = [];

function usedTags(view: PromptView): readonly UsedTag[] {
  const { outline } = view;
  if (outline.tags.length === 0) return NO_TAGS;
  const networks = new Map(view.resolved.networks.map((network) => [network.range.start, network]));
  return outline.tags.map(({ item, parents }) => ({
    tag: item,
    network: networks.get(item.range.start),
    parents,
  }));
}

/** LoRAs that the web UI really loads for a block: those of the positive prompt. */
export function activeLoras({
  prompts: [positive],
}: {
  readonly prompts: readonly PromptView[];
}): readonly UsedLora[] {
  return positive?.loras ?? [];
}

/** Type names are case-sensitive: `<LORA:` loads nothing. */
export function isLoraType(type: string): boolean {
  return type === 'lora' || type === 'lyco';
}
