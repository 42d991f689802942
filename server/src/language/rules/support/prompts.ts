import type { Network, ResolvedBlock, ResolvedPrompt } from '../../analysis/resolved';
import type { Block, Prompt, Tag } from '../../syntax/nodes';
import type { RuleContext } from '../rule';
import { type Container, walk } from './walk';

/** One side of a block, in the tree and as the web UI reads it. */
export interface PromptView {
  readonly side: 'positive' | 'negative';
  readonly tree: Prompt;
  readonly resolved: ResolvedPrompt;
  readonly block: { readonly tree: Block; readonly resolved: ResolvedBlock };
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

const ofContext = new WeakMap<RuleContext, readonly PromptView[]>();
const active = new WeakMap<Block, readonly UsedLora[]>();
const views = new WeakMap<Block, readonly PromptView[]>();
const tags = new WeakMap<Prompt, readonly UsedTag[]>();

/** The positive prompt and, if it is written, the negative one. */
export function promptsOf(block: RuleContext['blocks'][number]): readonly PromptView[] {
  let found = views.get(block.tree);
  if (!found) {
    const { tree, resolved } = block;
    const positive: PromptView = {
      side: 'positive',
      tree: tree.positive,
      resolved: resolved.positive,
      block,
    };
    found = tree.negative
      ? [positive, { side: 'negative', tree: tree.negative, resolved: resolved.negative, block }]
      : [positive];
    views.set(block.tree, found);
  }
  return found;
}

/** Every prompt of the document, in order. */
export function allPrompts(context: RuleContext): readonly PromptView[] {
  let found = ofContext.get(context);
  if (!found) {
    found = context.blocks.flatMap(promptsOf);
    ofContext.set(context, found);
  }
  return found;
}

/** Every tag of a prompt, however deep it lies in brackets. */
export function tagsOf(view: PromptView): readonly UsedTag[] {
  let found = tags.get(view.tree);
  if (!found) {
    const networks = new Map(view.resolved.networks.map((network) => [network.range.start, network]));
    const list: UsedTag[] = [];
    walk(view.tree.items, (item, parents) => {
      if (item.type === 'tag') list.push({ tag: item, network: networks.get(item.range.start), parents });
    });
    found = list;
    tags.set(view.tree, found);
  }
  return found;
}

/**
 * The tags that load a LoRA: `<lora:…>` and its alias `<lyco:…>`. One that is not closed on its line is left to
 * `unclosed-tag`, whatever the web UI makes of the text up to the next `>`.
 */
export function lorasOf(view: PromptView): UsedLora[] {
  return tagsOf(view).filter(
    (used): used is UsedLora =>
      used.tag.closed && used.network !== undefined && isLoraType(used.network.type),
  );
}

/** LoRAs that the web UI really loads for a block: those of the positive prompt. */
export function activeLoras(block: RuleContext['blocks'][number]): readonly UsedLora[] {
  let found = active.get(block.tree);
  if (!found) {
    found = promptsOf(block)
      .filter((view) => view.side === 'positive')
      .flatMap(lorasOf);
    active.set(block.tree, found);
  }
  return found;
}

/** Type names are case-sensitive: `<LORA:` loads nothing. */
export function isLoraType(type: string): boolean {
  return type === 'lora' || type === 'lyco';
}
