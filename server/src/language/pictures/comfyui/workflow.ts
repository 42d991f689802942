import { asList, asObject, type Json, own } from '../json';
import type { Graph, GraphNode } from './graph';

/**
 * Widgets of nodes in the order of `widgets_values`. Newer front ends list them among the inputs; older files do not, so
 * those of the usual core nodes stand here.
 */
const WIDGETS: Readonly<Record<string, readonly string[]>> = {
  CLIPTextEncode: ['text'],
  CLIPTextEncodeFlux: ['clip_l', 't5xxl', 'guidance'],
  CheckpointLoaderSimple: ['ckpt_name'],
  UNETLoader: ['unet_name', 'weight_dtype'],
  VAELoader: ['vae_name'],
  LoraLoader: ['lora_name', 'strength_model', 'strength_clip'],
  LoraLoaderModelOnly: ['lora_name', 'strength_model'],
  EmptyLatentImage: ['width', 'height', 'batch_size'],
  EmptySD3LatentImage: ['width', 'height', 'batch_size'],
  CLIPSetLastLayer: ['stop_at_clip_layer'],
  KSampler: ['seed', 'steps', 'cfg', 'sampler_name', 'scheduler', 'denoise'],
  KSamplerAdvanced: [
    'add_noise',
    'noise_seed',
    'steps',
    'cfg',
    'sampler_name',
    'scheduler',
    'start_at_step',
    'end_at_step',
    'return_with_leftover_noise',
  ],
  KSamplerSelect: ['sampler_name'],
  BasicScheduler: ['scheduler', 'steps', 'denoise'],
  RandomNoise: ['noise_seed'],
  FluxGuidance: ['guidance'],
  CFGGuider: ['cfg'],
  PrimitiveNode: ['value'],
};

/** What the front end writes behind a seed: what happens to it after a run. */
const AFTER_A_SEED = /^(fixed|increment|decrement|randomize)$/;
const MUTED = 2;
const BYPASSED = 4;

/** The front end's file (`workflow` in ComfyUI's pictures) as a graph of the API; undefined for anything else. */
export function readWorkflow(json: Json): Graph | undefined {
  const links = new Map<unknown, [string, number]>();
  for (const link of asList(own(json, 'links'))) {
    const [id, from, slot] = asList(link);
    links.set(id, [String(from), Number(slot)]);
  }
  const graph = new Map<string, GraphNode>();
  for (const entry of asList(own(json, 'nodes')).map(asObject)) {
    const type = entry && own(entry, 'type');
    if (!entry || typeof type !== 'string') continue;
    const mode = own(entry, 'mode');
    if (mode === MUTED || mode === BYPASSED) continue;
    const id = String(own(entry, 'id'));
    graph.set(id, { id, type, inputs: { ...widgets(entry, type), ...linked(entry, links) } });
  }
  return graph.size > 0 ? graph : undefined;
}

function linked(node: Json, links: ReadonlyMap<unknown, [string, number]>): Json {
  const result: Record<string, unknown> = {};
  for (const input of asList(own(node, 'inputs')).map(asObject)) {
    const name = input && own(input, 'name');
    const link = input && links.get(own(input, 'link'));
    if (typeof name === 'string' && link) result[name] = link;
  }
  return result;
}

function widgets(node: Json, type: string): Json {
  const values = own(node, 'widgets_values');
  const named = asObject(values);
  if (named) return named;
  const listed = asList(own(node, 'inputs'))
    .map(asObject)
    .flatMap((input) => (input && own(input, 'widget') !== undefined ? [String(own(input, 'name'))] : []));
  const known = WIDGETS[type] ?? [];
  // A widget that was turned into an input stands in both lists.
  const names = listed.length >= known.length ? listed : known;
  const result: Record<string, unknown> = {};
  let next = 0;
  for (const value of asList(values)) {
    const previous = names[next - 1];
    if (/seed$/.test(previous ?? '') && typeof value === 'string' && AFTER_A_SEED.test(value)) continue;
    const name = names[next++];
    if (name !== undefined) result[name] = value;
  }
  return result;
}
