import type { Range } from '../../../shared/range';
import { shortNumber } from '../../domain/numbers';
import type { Target } from '../../environment';
import type { Group, Item } from '../../syntax/nodes';
import { type Container, walkItems } from '../../syntax/walk';
import { withoutComments } from '../../syntax/withoutComments';
import { parseFloatPython } from '../../text/python';
import type { Fix, RuleContext, Severity } from '../rule';
import { isLoraType, type PromptView } from '../view/prompts';

/** How a program reads something, in words that follow its name. */
export interface Difference {
  readonly message: string;
  readonly severity?: Severity;
  readonly fix?: Fix;
}

/** A piece of a prompt that some programs read in another way than the web UI. */
export interface Construct {
  readonly range: Range;
  readonly in: Readonly<Partial<Record<Target, Difference>>>;
}

const asWords = (what: string, remedy: string): Difference => ({
  message: `does not know ${what} and sends it to the model as words. ${remedy}`,
});

const NO_SCHEDULE = asWords('`[from:to:when]`', 'Make two prompts, or use its own way of scheduling.');
const NO_ALTERNATION = asWords('`[a|b]`', 'Choose one of the words.');
const NO_WEAKENING = asWords('`[ ]` as a weaker weight', 'Write `(words:0.9)`.');
const RANDOM: Difference = {
  message:
    'chooses one of the words in `{a|b}` at random, where the web UI keeps the text. Write out the one you want.',
};

/** Programs that read everything but tags as the web UI does. */
const WEB_UIS: ReadonlySet<Target> = new Set(['a1111', 'forge', 'sdnext']);

/** Everything in a prompt that one of the targets reads differently, in document order. */
export function constructsOf(
  context: RuleContext,
  view: PromptView,
  targets: readonly Target[],
): Construct[] {
  const found: Construct[] = [];
  if (view.side === 'positive') for (const construct of tagConstructs(view)) found.push(construct);
  if (targets.every((target) => WEB_UIS.has(target))) return found;
  walkItems(view.tree.items, (item, parents) => {
    const differences = differencesOf(item, parents, context);
    if (differences) found.push({ range: item.range, in: differences });
  });
  for (const construct of textConstructs(context, view)) found.push(construct);
  return found.sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
}

function differencesOf(
  item: Item,
  parents: readonly Container[],
  context: RuleContext,
): Construct['in'] | undefined {
  switch (item.type) {
    case 'schedule':
      return {
        comfyui: NO_SCHEDULE,
        krita: NO_SCHEDULE,
        invokeai: asWords('`[from:to:when]`', 'Write `from.swap(to, s_start=…)`.'),
      };
    case 'alternation':
      return { comfyui: NO_ALTERNATION, krita: NO_ALTERNATION, invokeai: NO_ALTERNATION };
    case 'and':
      return {
        comfyui: asWords('`AND`', 'Combine conditionings in the workflow.'),
        krita: asWords('`AND`', 'Use regions.'),
        invokeai: asWords('`AND`', 'Write `("a", "b").and()`.'),
      };
    case 'break':
      return {
        comfyui: asWords('`BREAK`', 'Combine conditionings in the workflow.'),
        krita: asWords('`BREAK`', 'Use regions.'),
        invokeai: asWords('`BREAK`', 'Write `("a", "b").and()`.'),
      };
    case 'group':
      return groupDifferences(item, parents, context);
    default:
      return undefined;
  }
}

function groupDifferences(
  group: Group,
  parents: readonly Container[],
  context: RuleContext,
): Construct['in'] | undefined {
  if (group.bracket === 'square')
    return { comfyui: NO_WEAKENING, krita: NO_WEAKENING, invokeai: NO_WEAKENING };
  const { weight } = group;
  if (!weight || Number.isNaN(weight.value)) return undefined;
  const inside = context.document.text
    .slice(group.range.start + 1, weight.range.start)
    .replace(/\s*:\s*$/u, '');
  const compel: Difference = {
    message: `writes weights behind the bracket and takes this number for words. Write \`(${inside})${weight.text}\`.`,
    fix: {
      title: `Write \`(${inside})${weight.text}\``,
      safe: false,
      edits: [{ range: group.range, newText: `(${inside})${weight.text}` }],
    },
  };
  const outer = parents.filter(
    (parent): parent is Group => parent.type === 'group' && parent.bracket === 'round',
  );
  if (outer.length === 0) return { invokeai: compel };
  const product = outer.reduce((all, one) => all * (one.weight?.value ?? 1.1), weight.value);
  const absolute: Difference = {
    message: `takes the innermost number as the whole weight: ${weight.text} here, where the web UI multiplies to ${shortNumber(product)}. Write one bracket with the weight you want.`,
  };
  return { comfyui: absolute, krita: absolute, invokeai: compel };
}

function tagConstructs(view: PromptView): Construct[] {
  const found: Construct[] = [];
  for (const { tag, network } of view.tags) {
    if (!tag.closed || !network || !isLoraType(network.type)) continue;
    const weights = tag.args.filter((argument) => argument.key === undefined).slice(1, 3);
    const [te, unet] = weights;
    const differences: Partial<Record<Target, Difference>> = {
      comfyui: asWords('`<lora:…>` without an extension', 'Load the LoRA in the workflow.'),
      invokeai: asWords('`<lora:…>`', 'Choose the LoRA in its own list.'),
    };
    // A third argument that is no number is the notation of an extension.
    const isPair = te && unet && [te, unet].every(({ text }) => parseFloatPython(text) !== undefined);
    if (isPair && te.text.trim() !== unet.text.trim()) {
      const range = { start: te.range.start, end: unet.range.end };
      const named = `te=${te.text.trim()}:unet=${unet.text.trim()}`;
      const fix: Fix = { title: `Write \`${named}\``, safe: true, edits: [{ range, newText: named }] };
      const note: Difference = {
        severity: 'info',
        message: `reads two numbers as text encoder and UNet, other programs as model and text encoder: copied there, they change places. Write \`${named}\`.`,
        fix,
      };
      Object.assign(differences, { a1111: note, forge: note, sdnext: note });
      differences.swarmui = {
        message: `reads the first number as the weight of the model and the second as that of the text encoder, the other way round than the web UI. Swap them if the prompt was written for the web UI.`,
        fix: {
          title: 'Swap the numbers',
          safe: false,
          edits: [
            { range: te.range, newText: unet.text },
            { range: unet.range, newText: te.text },
          ],
        },
      };
    }
    found.push({ range: tag.range, in: differences });
  }
  return found;
}

function textConstructs(context: RuleContext, view: PromptView): Construct[] {
  const found: Construct[] = [];
  const { start, end } = view.tree.range;
  for (const comment of view.block.tree.comments) {
    if (comment.range.start < start || comment.range.end > end) continue;
    const literal = asWords('`#` comments', 'Keep notes out of the prompt.');
    found.push({ range: comment.range, in: { comfyui: literal, invokeai: literal, swarmui: literal } });
  }
  const text = withoutComments(context.document).slice(start, end);
  for (const [from, to] of slashComments(text)) {
    found.push({
      range: { start: start + from, end: start + to },
      in: {
        comfyui: {
          message: 'takes `//` and `/* */` for comments and drops this text. Leave the slashes out.',
        },
      },
    });
  }
  if (context.environment.dynamicPrompts) return found;
  for (const match of text.matchAll(/\{[^{}]*\|[^{}]*\}/gu)) {
    const from = start + match.index;
    found.push({
      range: { start: from, end: from + match[0].length },
      in: { comfyui: RANDOM, krita: RANDOM },
    });
  }
  return found;
}

/** What ComfyUI's front end takes for comments. Linear: once a closer is missing, no later one is looked for. */
function slashComments(text: string): [number, number][] {
  const found: [number, number][] = [];
  let closes = true;
  for (let at = text.indexOf('/'); at >= 0; at = text.indexOf('/', at)) {
    let end = -1;
    if (text[at + 1] === '/') {
      const line = /[\r\n]/u.exec(text.slice(at));
      end = line ? at + line.index : text.length;
    } else if (text[at + 1] === '*' && closes) {
      const close = text.indexOf('*/', at + 2);
      closes = close >= 0;
      end = closes ? close + 2 : -1;
    }
    if (end >= 0) found.push([at, end]);
    at = end >= 0 ? end : at + 1;
  }
  return found;
}
