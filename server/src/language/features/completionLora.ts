import type { LoraFacts, ModelFacts } from '../../shared/facts';
import { modelOf } from '../domain/models';
import { compare } from '../domain/names';
import type { Environment } from '../environment';
import type { Block, Document } from '../syntax/nodes';
import {
  type CompletionItem,
  type CompletionList,
  escapeSnippet,
  MAX_COMPLETION_ITEMS,
  matchLower,
  placeholder,
  sortKey,
} from './completionItem';
import { loraSummary, promptWords, writableName } from './loraText';
import { type TagAtCursor, tagAtCursor } from './tagAtCursor';
import { type Verdict, verdictFor } from './verdict';

/** Offers for a cursor inside `<…`; undefined when it is not inside such a tag. */
export function completeTag(
  document: Document,
  block: Block,
  offset: number,
  environment: Environment,
): CompletionList | undefined {
  const tag = tagAtCursor(document.text, offset);
  if (!tag) return undefined;
  if (tag.part === 'weight') return completeWeight(tag, environment);
  return completeName(document, block, tag, environment);
}

interface Candidate {
  readonly lora: LoraFacts;
  readonly verdict: Verdict;
}

const GROUP: Readonly<Record<Verdict['state'], number>> = { fits: 0, unknown: 1, partial: 2, unfit: 3 };
const GROUPS = 4;
/** Ways a name can match, best first. */
const RANKS = 4;

function completeName(
  document: Document,
  block: Block,
  tag: TagAtCursor,
  environment: Environment,
): CompletionList {
  const model = modelOf(block, environment);
  const typed = tag.typedName.toLowerCase();
  // A library has thousands of files: they are sorted into a few groups, and only the groups that show are put in order.
  const groups: Candidate[][] = Array.from({ length: GROUPS * RANKS }, () => []);
  let matching = 0;
  for (const { lora, names, verdict } of entriesFor(environment.loras.all, model)) {
    const rank = rankOf(typed, names);
    if (rank === undefined) continue;
    matching++;
    groups[GROUP[verdict.state] * RANKS + rank]?.push({ lora, verdict });
  }
  const prompt = document.text.slice(block.positive.range.start, block.positive.range.end);
  const items: CompletionItem[] = [];
  let used = 0;
  for (const group of groups) {
    if (items.length >= MAX_COMPLETION_ITEMS) break;
    group.sort((a, b) => compare(a.lora.file.name, b.lora.file.name));
    for (const candidate of group) {
      if (items.length >= MAX_COMPLETION_ITEMS) break;
      used++;
      // Asked only now: finding the spelling that leads to a file is the costly part.
      const name = writableName(candidate.lora, environment.loras);
      if (name !== undefined) items.push(...itemsFor(candidate, name, used, tag, prompt));
    }
  }
  return { items, incomplete: used < matching };
}

/** A LoRA that can be offered, with what every key pressed asks of it. */
interface Entry extends Candidate {
  /** Whatever a writer may know it by, in lower case. */
  readonly names: readonly string[];
}

interface KnownEntries {
  readonly model: ModelFacts | undefined;
  readonly entries: readonly Entry[];
}

/** For each list of LoRAs the entries for the model asked about last: one writes for one model at a time. */
const known = new WeakMap<readonly LoraFacts[], KnownEntries>();

function entriesFor(loras: readonly LoraFacts[], model: ModelFacts | undefined): readonly Entry[] {
  let found = known.get(loras);
  if (!found || found.model !== model) {
    const entries: Entry[] = [];
    for (const lora of loras) {
      if (lora.network.status === 'other' || isForeignDemo(lora, model)) continue;
      const names = [lora.file.name, lora.file.alias, lora.file.relativePath, ...lora.file.triggerWords]
        .filter((name) => name !== undefined)
        .map((name) => name.toLowerCase());
      entries.push({ lora, verdict: verdictFor(lora, model, {}), names: [...new Set(names)] });
    }
    found = { model, entries };
    known.set(loras, found);
  }
  return found.entries;
}

/** The tag alone, and, where the tag is written whole, the tag with those trigger words that the prompt still lacks. */
function itemsFor(
  candidate: Candidate,
  name: string,
  position: number,
  tag: TagAtCursor,
  prompt: string,
): CompletionItem[] {
  const { lora, verdict } = candidate;
  const weight = String(lora.file.preferredWeight ?? 1);
  const whole = `<${tag.type}:${name}`;
  const keepsWeight = tag.after === 'weight';
  const broken = verdict.state === 'unfit';
  const summary = loraSummary(lora);
  const item: CompletionItem = {
    label: name,
    kind: 'lora',
    ...(summary && { detail: broken ? `${summary}, does not fit` : summary }),
    lora: { name: lora.file.name, relativePath: lora.file.relativePath },
    range: tag.range,
    newText: keepsWeight ? whole : `${whole}:${weight}>`,
    ...(!keepsWeight && {
      snippet: `${escapeSnippet(whole)}:${placeholder(1, weight)}>$0`,
    }),
    filterText: [whole, lora.file.alias, ...lora.file.triggerWords].filter(Boolean).join(' '),
    sortText: sortKey(GROUP[verdict.state], position * 2),
    ...(broken && { deprecated: true }),
  };
  const missing = promptWords(lora).filter((word) => !prompt.includes(word));
  if (keepsWeight || broken || missing.length === 0) return [item];
  const words = missing.join(', ');
  return [
    item,
    {
      ...item,
      label: `${name} + trigger words`,
      detail: words,
      newText: `${whole}:${weight}>, ${words}`,
      snippet: `${escapeSnippet(whole)}:${placeholder(1, weight)}>, ${placeholder(2, words)}$0`,
      sortText: sortKey(GROUP[verdict.state], position * 2 + 1),
    },
  ];
}

/** The best match among the names of a LoRA. */
function rankOf(typed: string, names: readonly string[]): number | undefined {
  let best: number | undefined;
  for (const name of names) {
    const rank = matchLower(typed, name);
    if (rank === 0) return 0;
    if (rank !== undefined && (best === undefined || rank < best)) best = rank;
  }
  return best;
}

/** The built-in model's own LoRAs are for it alone, and are not offered for other models. */
function isForeignDemo(lora: LoraFacts, model: ModelFacts | undefined): boolean {
  return (
    lora.network.architecture === 'demo' && model?.architecture !== undefined && model.architecture !== 'demo'
  );
}

function completeWeight(tag: TagAtCursor, environment: Environment): CompletionList {
  const lora = environment.loras.resolve(tag.name).chosen;
  const preferred = lora?.file.preferredWeight;
  const weights = [...new Set([preferred, 1, 0.8, 0.6, 0.4])].filter((weight) => weight !== undefined);
  const close = tag.after === 'nothing' ? '>' : '';
  const items = weights.map((weight, position): CompletionItem => {
    const text = String(weight);
    return {
      label: text,
      kind: 'weight',
      ...(weight === preferred && { detail: 'preferred weight' }),
      range: tag.range,
      newText: text + close,
      filterText: text,
      sortText: sortKey(0, position),
    };
  });
  return { items, incomplete: false };
}
