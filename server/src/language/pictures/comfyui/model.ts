import { asList, asNumber, asObject, type Json, own } from '../json';
import type { NamedLora } from '../picture';
import { type Graph, type GraphNode, type Link, linkOf, links } from './graph';
import { numberAt, valueAt } from './texts';

/** The files that a sampler's model comes from. */
export interface ModelChain {
  readonly model: string | undefined;
  /** In the order in which they are applied. */
  readonly loras: readonly NamedLora[];
  readonly clipSkip: number | undefined;
}

const MODEL_INPUTS = [
  'ckpt_name',
  'unet_name',
  'base_ckpt_name',
  'checkpoint',
  'model_name',
  'ckpt',
  'gguf_name',
];

/** Walks from a sampler's model input to the loader. */
export function modelChain(graph: Graph, start: Link | undefined): ModelChain {
  const loras: NamedLora[] = [];
  const seen = new Set<GraphNode>();
  let model: string | undefined;
  for (let link = start; link && !seen.has(link.node); link = upstream(graph, link.node)) {
    const { node } = link;
    seen.add(node);
    loras.unshift(...lorasOf(graph, node));
    model = fileAt(graph, node, MODEL_INPUTS);
    if (model !== undefined) return { model, loras, clipSkip: clipSkipOf(graph, node) };
  }
  return { model, loras, clipSkip: undefined };
}

function upstream(graph: Graph, node: GraphNode): Link | undefined {
  return linkOf(graph, node, 'model') ?? links(graph, node).find(([input]) => /model|pipe/i.test(input))?.[1];
}

/** Layers as AUTOMATIC1111 counts them: ComfyUI's −2 is clip skip 2. */
export function clipSkipOf(graph: Graph, node: GraphNode): number | undefined {
  const layer = numberAt(graph, node, 'stop_at_clip_layer', 'clip_skip');
  return layer === undefined || Math.abs(layer) < 2 ? undefined : Math.abs(layer);
}

/** A file name at an input; menus with previews keep it as `{ content }`. */
export function fileAt(graph: Graph, node: GraphNode, inputs: readonly string[]): string | undefined {
  const value = valueAt(graph, node, ...inputs);
  const content = asObject(value);
  const name = content ? own(content, 'content') : value;
  return typeof name === 'string' && name !== '' && name !== 'None' ? name : undefined;
}

/** The LoRAs that one node applies: core loaders, stacks, and the lists of common extensions. */
function lorasOf(graph: Graph, node: GraphNode): NamedLora[] {
  const stack = linkOf(graph, node, 'lora_stack');
  const before = stack ? lorasOf(graph, stack.node) : [];
  if (own(node.inputs, 'bypass') === true) return before;
  return [...before, ...single(graph, node), ...numbered(node), ...listed(node)].filter(
    ({ unet, te }) => unet !== 0 || (te ?? 0) !== 0,
  );
}

function single(graph: Graph, node: GraphNode): NamedLora[] {
  const name = fileAt(graph, node, ['lora_name']);
  if (name === undefined) return [];
  const unet =
    numberAt(graph, node, 'strength_model', 'lora_model_strength', 'strength', 'model_strength') ?? 1;
  const isModelOnly = /ModelOnly/i.test(node.type);
  return [{ name, unet, te: isModelOnly ? 0 : numberAt(graph, node, 'strength_clip', 'lora_clip_strength') }];
}

/** `lora_name_1`, `lora_wt_1` … of stacks, and `lora_1: { on, lora, strength }`. */
function numbered({ inputs }: GraphNode): NamedLora[] {
  return Object.keys(inputs).flatMap((key): NamedLora[] => {
    const number = /^lora(?:_name)?_(\d+)$/i.exec(key)?.[1];
    if (number === undefined) return [];
    const row = asObject(own(inputs, key));
    if (row) return isOn(row) ? named(row) : [];
    const count = asNumber(own(inputs, 'lora_count') ?? own(inputs, 'num_loras'));
    if (count !== undefined && Number(number) > count) return [];
    const name = own(inputs, key);
    if (typeof name !== 'string' || name === '' || name === 'None') return [];
    if (/^off$/i.test(String(own(inputs, `switch_${number}`) ?? ''))) return [];
    const strength = (...names: readonly string[]) =>
      names.map((part) => asNumber(own(inputs, `${part}_${number}`))).find((value) => value !== undefined);
    const unet = strength('model_weight', 'model_str', 'lora_wt', 'strength', 'strength_model') ?? 1;
    return [{ name, unet, te: strength('clip_weight', 'clip_str', 'strength_clip') }];
  });
}

/** `loras: [{ name, strength, active }]`, also behind `__value__`. */
function listed({ inputs }: GraphNode): NamedLora[] {
  const value = own(inputs, 'loras');
  const wrapped = asObject(value);
  return asList(wrapped ? own(wrapped, '__value__') : value)
    .map(asObject)
    .flatMap((row) => (row && isOn(row) ? named(row) : []));
}

function isOn(row: Json): boolean {
  return own(row, 'on') !== false && own(row, 'active') !== false;
}

function named(row: Json): NamedLora[] {
  const name = own(row, 'lora') ?? own(row, 'name');
  if (typeof name !== 'string' || name === 'None') return [];
  const unet = asNumber(own(row, 'strength')) ?? 1;
  const te = asNumber(own(row, 'strengthTwo') ?? own(row, 'clipStrength'));
  return [{ name, unet, te }];
}
