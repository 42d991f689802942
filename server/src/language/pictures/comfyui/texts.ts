import { asNumber, own } from '../json';
import { type Graph, type GraphNode, type Link, linkOf, links } from './graph';

/** Inputs under which text nodes of ComfyUI and its common extensions keep their text, the most specific first. */
const TEXT_INPUTS = [
  'populated_text',
  'text',
  'prompt',
  'string',
  'value',
  'text_g',
  'clip_l',
  't5xxl',
  'wildcard_text',
  'positive_prompt',
  'text_positive',
  'result',
  'Text',
  'String',
  'text_0',
];
/** Pieces of nodes that put texts together. */
const PIECES = /^(text|string|prompt)_?([a-z]|\d+)$/i;
const MAX_DEPTH = 64;

/** The text at an input: written there, or made by the nodes that it is linked to. */
export function textAt(graph: Graph, node: GraphNode, input: string, depth = 0): string | undefined {
  const value = own(node.inputs, input);
  if (typeof value === 'string') return value;
  const link = linkOf(graph, node, input);
  return link && depth < MAX_DEPTH ? textFrom(graph, link, depth + 1) : undefined;
}

function textFrom(graph: Graph, { node }: Link, depth: number): string | undefined {
  const pieces = Object.keys(node.inputs)
    .filter((name) => PIECES.test(name))
    .flatMap((name) => textAt(graph, node, name, depth) ?? [])
    .filter((text) => text !== '');
  if (pieces.length > 1) return pieces.join(separator(node));
  for (const name of TEXT_INPUTS) {
    const text = textAt(graph, node, name, depth);
    if (text !== undefined) return text;
  }
  if (pieces.length === 1) return pieces[0];
  const only = links(graph, node);
  return only.length === 1 && only[0] ? textAt(graph, node, only[0][0], depth) : undefined;
}

function separator(node: GraphNode): string {
  const value = own(node.inputs, 'delimiter') ?? own(node.inputs, 'separator');
  return typeof value === 'string' ? value.replace(/\\n/g, '\n') : ', ';
}

/** A number at an input, or the value of the node that it is linked to. Seeds stay texts where they are. */
export function valueAt(graph: Graph, node: GraphNode, ...inputs: readonly string[]): unknown {
  for (const input of inputs) {
    let at: GraphNode | undefined = node;
    let name = input;
    for (let depth = 0; at && depth < MAX_DEPTH; depth++) {
      const link = linkOf(graph, at, name);
      if (!link) break;
      at = link.node;
      const inner: GraphNode = at;
      name =
        [input, 'value', 'int', 'float', 'number', 'seed', 'noise_seed'].find(
          (key) => own(inner.inputs, key) !== undefined,
        ) ?? '';
    }
    const value = at && own(at.inputs, name);
    if (value !== undefined && !Array.isArray(value)) return value;
  }
  return undefined;
}

export function numberAt(graph: Graph, node: GraphNode, ...inputs: readonly string[]): number | undefined {
  return asNumber(valueAt(graph, node, ...inputs));
}
