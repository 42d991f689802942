import { readLenientNumber } from './number';

/** A piece of a prompt as the tolerant Go parser of junte/stable-diffusion-prompt-parser sees it. */
export type LenientNode =
  | { readonly type: 'tag'; readonly text: string }
  | {
      readonly type: 'group';
      readonly bracket: '(' | '[';
      readonly nodes: readonly LenientNode[];
      readonly weight?: number;
    }
  | { readonly type: 'network'; readonly kind: string; readonly name: string; readonly weight: number };

/** What that parser gives a network without a usable weight; the web UI gives 1. */
export const LENIENT_NETWORK_WEIGHT = 0.5;
const MAX_DEPTH = 200;
const NETWORK = /<\s*([^:<>]+?)\s*:\s*([^:<>]*?)\s*(?::([^<>]*))?>/y;
const TEXT = /(?:\\[\s\S]|[^()[\]<,:\\])+|\\|</y;

/** Never fails: unclosed brackets end with the text, stray closers are skipped. */
export function parseLenient(text: string): LenientNode[] {
  return readNodes({ text, at: 0 }, 0).nodes;
}

function readNodes(
  reader: { readonly text: string; at: number },
  depth: number,
): { nodes: LenientNode[]; weight?: number } {
  const { text } = reader;
  const nodes: LenientNode[] = [];
  while (reader.at < text.length) {
    const character = text.charAt(reader.at);
    if (character === ')' || character === ']') {
      reader.at++;
      if (depth > 0) return { nodes };
    } else if ((character === '(' || character === '[') && depth < MAX_DEPTH) {
      reader.at++;
      const inner = readNodes(reader, depth + 1);
      nodes.push({ type: 'group', bracket: character, ...inner });
    } else if (character === ':' && depth > 0) {
      const found = /:([^()[\]:]*)([)\]]|$)/y;
      found.lastIndex = reader.at;
      const end = found.exec(text);
      const weight = end === null ? undefined : readLenientNumber(end[1] ?? '');
      const blank = end !== null && (end[1] ?? '').trim() === '';
      if (end !== null && (blank || weight !== undefined)) {
        reader.at += end[0].length;
        return { nodes, ...(weight === undefined ? {} : { weight }) };
      }
      reader.at++;
    } else {
      readText(reader, nodes);
    }
  }
  return { nodes };
}

function readText(reader: { readonly text: string; at: number }, nodes: LenientNode[]): void {
  NETWORK.lastIndex = reader.at;
  const network = NETWORK.exec(reader.text);
  if (network !== null) {
    const [whole, kind = '', name = '', written = ''] = network;
    nodes.push({ type: 'network', kind, name, weight: readLenientNumber(written) ?? LENIENT_NETWORK_WEIGHT });
    reader.at += whole.length;
    return;
  }
  TEXT.lastIndex = reader.at;
  const found = TEXT.exec(reader.text)?.[0] ?? reader.text.charAt(reader.at);
  reader.at += found.length;
  const tag = found.trim();
  if (tag !== '' && tag !== ',' && tag !== ':') nodes.push({ type: 'tag', text: tag });
}

/** Writes the nodes back the way that project's beautifier does. */
export function formatLenient(nodes: readonly LenientNode[]): string {
  return nodes
    .map((node) => {
      if (node.type === 'tag') return node.text;
      if (node.type === 'network') return `<${node.kind}:${node.name}:${shortNumber(node.weight)}>`;
      const weight = node.weight === undefined ? '' : `:${shortNumber(node.weight)}`;
      return `${node.bracket}${formatLenient(node.nodes)}${weight}${node.bracket === '(' ? ')' : ']'}`;
    })
    .join(', ');
}

function shortNumber(value: number): string {
  return String(value).replace(/^(-?)0\./, '$1.');
}

/** Tags and networks with their weights, as that parser lists them. */
export function lenientSummary(nodes: readonly LenientNode[]): Record<string, [string, number][]> {
  const summary: Record<string, [string, number][]> = {};
  const add = (key: string, name: string, weight: number): void => {
    const list = summary[key] ?? [];
    list.push([name, weight]);
    summary[key] = list;
  };
  const visit = (list: readonly LenientNode[], weight: number): void => {
    for (const node of list) {
      if (node.type === 'tag') add('tags', node.text, weight);
      else if (node.type === 'network') add(`${node.kind}s`, node.name, node.weight);
      else visit(node.nodes, weight * (node.weight ?? (node.bracket === '(' ? 1.1 : 1 / 1.1)));
    }
  };
  visit(nodes, 1);
  return summary;
}
