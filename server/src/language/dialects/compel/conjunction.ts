import type { WeightedRun } from '../../../shared/plan';
import { parseCompel } from './grammar';
import type { CompelNode, CompelOptions } from './nodes';

/** Words with their weight, or one group of them swapped for another while the picture is made. */
export type CompelPart =
  | WeightedRun
  | {
      readonly swap: readonly [readonly CompelPart[], readonly CompelPart[]];
      readonly options: CompelOptions;
    };

export type CompelPrompt =
  | readonly CompelPart[]
  | {
      readonly blend: readonly (readonly CompelPart[])[];
      readonly weights: readonly number[];
      readonly normalize: boolean;
    };

/** A prompt as compel conditions with it. */
export interface CompelConjunction {
  readonly conjunction: readonly CompelPrompt[];
  readonly weights: readonly number[];
  readonly loras: readonly (readonly [string, number])[];
}

const REFUSED = { error: 'ParsingException' } as const;

/** Reads a prompt as compel does; a prompt compel refuses is a value with an `error`. */
export function readCompel(text: string): CompelConjunction | typeof REFUSED {
  const root = parseCompel(text);
  if (root === undefined) return REFUSED;
  const loras: (readonly [string, number])[] = [];
  flatten(root.loras, 1, loras);
  const prompts = root.parts.map((part) => flatten(part, 1, loras));
  if (root.join === 'none')
    return { conjunction: prompts.filter((prompt) => prompt.length > 0), weights: [1], loras };
  const normalize = root.join === 'and' || root.flags.at(-1) !== 'no_normalize';
  const written = (normalize ? root.flags : root.flags.slice(0, -1)).map(Number);
  const weights = written.length === 0 ? prompts.map(() => 1) : written;
  if (weights.length !== prompts.length || weights.some(Number.isNaN)) return REFUSED;
  if (root.join === 'and') return { conjunction: prompts, weights, loras };
  if (prompts.some((prompt) => prompt.some((part) => 'swap' in part))) return REFUSED;
  return { conjunction: [{ blend: prompts, weights, normalize }], weights: [1], loras };
}

/** Multiplies weights down the tree and joins neighbours of equal weight with a space. */
function flatten(
  nodes: readonly CompelNode[],
  scale: number,
  loras: (readonly [string, number])[],
): CompelPart[] {
  const parts: CompelPart[] = [];
  let words: string[] = [];
  let weight = 1;
  const flush = (): void => {
    if (words.length > 0) parts.push([words.join(' '), weight]);
    words = [];
  };
  const walk = (node: CompelNode, current: number): void => {
    if (node.type === 'lora') loras.push([node.name, node.weight]);
    else if (node.type === 'attention') for (const child of node.children) walk(child, current * node.weight);
    else if (node.type === 'swap') {
      flush();
      const [original, edited] = [node.original, node.edited].map((side) => flatten(side, current, loras));
      parts.push({ swap: [orEmpty(original), orEmpty(edited)], options: swapOptions(node.options) });
    } else {
      if (current !== weight) flush();
      weight = current;
      words.push(node.text);
    }
  };
  for (const node of nodes) walk(node, scale);
  flush();
  return parts;
}

function orEmpty(parts: readonly CompelPart[] = []): readonly CompelPart[] {
  return parts.length > 0 ? parts : [['', 1]];
}

/** Freedom of shape is an even scale for the end of the shape's share: one minus its cube root. */
function swapOptions({ shape_freedom: freedom, ...others }: CompelOptions): CompelOptions {
  const shape = typeof freedom === 'number' ? { s_end: 1 - Math.cbrt(freedom) } : {};
  return { s_start: 0, s_end: 0, t_start: 0.2, t_end: 1, ...shape, ...others };
}
