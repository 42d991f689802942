import { own } from '../json';
import { type Graph, type GraphNode, type Link, linkOf, links } from './graph';
import { textAt } from './texts';

const MAX_DEPTH = 64;

/** The prompt that reaches a conditioning input, with AND and BREAK for nodes that combine and concatenate. */
export function promptAt(
  graph: Graph,
  link: Link | undefined,
  isPositive: boolean,
  depth = 0,
): string | undefined {
  if (!link || depth > MAX_DEPTH) return undefined;
  const { node } = link;
  if (/ZeroOut/i.test(node.type)) return '';
  const own = encodedText(graph, node, isPositive);
  if (own !== undefined) return own;
  const inputs = conditioningInputs(graph, link, isPositive);
  const texts = inputs.flatMap((next) => promptAt(graph, next, isPositive, depth + 1) ?? []);
  if (texts.length === 0) return undefined;
  if (/Average/i.test(node.type)) return texts[0];
  const joined = texts.filter((text) => text.trim() !== '');
  return joined.join(/Concat/i.test(node.type) ? '\nBREAK\n' : '\nAND ');
}

/** The text of a node that encodes one itself. */
function encodedText(graph: Graph, node: GraphNode, isPositive: boolean): string | undefined {
  const side = isPositive ? 'positive' : 'negative';
  for (const name of [`text_${side}`, `${side}_prompt`, `prompt_${side}`, side]) {
    // Loaders that encode both prompts keep them as texts; a link of that name is a conditioning.
    if (typeof own(node.inputs, name) === 'string') return textAt(graph, node, name);
  }
  const both = ['text_g', 'text_l', 'clip_l', 't5xxl', 'llama', 'clip_g'].flatMap(
    (name) => textAt(graph, node, name) ?? [],
  );
  if (both.length > 0) return [...new Set(both.filter((text) => text !== ''))].join(', ');
  const isEncoder = /TextEncode|Prompt|Encode/i.test(node.type) || 'clip' in node.inputs;
  if (!isEncoder && own(node.inputs, 'text') === undefined) return undefined;
  return textAt(graph, node, 'text') ?? textAt(graph, node, 'prompt') ?? textAt(graph, node, 'string');
}

function conditioningInputs(graph: Graph, { node, slot }: Link, isPositive: boolean): Link[] {
  // Nodes that pass both prompts on give the positive one first.
  const positive = linkOf(graph, node, 'positive');
  const negative = linkOf(graph, node, 'negative');
  if (positive && negative) return [slot === 0 ? positive : negative];
  if (positive ?? negative) return [(isPositive ? (positive ?? negative) : (negative ?? positive)) as Link];
  const named = links(graph, node).filter(([input]) => /^(conditioning|cond)/i.test(input));
  if (/Average/i.test(node.type)) {
    const to = linkOf(graph, node, 'conditioning_to');
    if (to) return [to];
  }
  // `conditioning_to` stands before `conditioning_from` in what ConditioningConcat makes.
  named.sort(([a], [b]) => Number(/_from$/.test(a)) - Number(/_from$/.test(b)));
  return named.map(([, next]) => next);
}
