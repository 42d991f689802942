import { asNumber } from '../json';
import type { PictureRecord } from '../picture';
import { promptAt } from './conditioning';
import { type Graph, type GraphNode, linkOf, links, search } from './graph';
import { clipSkipOf, fileAt, modelChain } from './model';
import { numberAt, textAt, valueAt } from './texts';

const PROGRAM = 'ComfyUI';
const OUTPUT = /^(Save|Preview)|SaveImage|Image ?Save/i;

/**
 * What a graph draws: from the output node back to the first sampler, from there to the prompts, the LoRAs, the model and
 * the size. Undefined where no sampler is found.
 */
export function traceGraph(graph: Graph): PictureRecord | undefined {
  const sampler = firstSampler(graph);
  if (!sampler) return undefined;
  const guider = linkOf(graph, sampler, 'guider')?.node;
  const prompts = guider ?? sampler;
  const positive = linkOf(graph, prompts, 'positive') ?? linkOf(graph, prompts, 'conditioning');
  const negative = linkOf(graph, prompts, 'negative');
  const prompt =
    promptAt(graph, positive, true) ??
    textAt(graph, prompts, 'positive') ??
    anyPrompt(graph, prompts, 'positive');
  const chain = modelChain(graph, linkOf(graph, prompts, 'model') ?? linkOf(graph, sampler, 'model'));
  const sigmas = linkOf(graph, sampler, 'sigmas')?.node ?? sampler;
  const named = linkOf(graph, sampler, 'sampler')?.node ?? sampler;
  const noise = linkOf(graph, sampler, 'noise')?.node ?? sampler;
  const size = sizeOf(graph, sampler);
  const denoise = numberAt(graph, sigmas, 'denoise');
  const guidance = search(
    graph,
    positive,
    () => true,
    (node) =>
      /FluxGuidance|CLIPTextEncodeFlux/.test(node.type) ? numberAt(graph, node, 'guidance') : undefined,
  );
  return {
    program: PROGRAM,
    prompt: webUiWords(prompt ?? ''),
    negative: webUiWords(promptAt(graph, negative, false) ?? ''),
    loras: chain.loras,
    steps: numberAt(graph, sigmas, 'steps'),
    sampler: stringAt(graph, named, 'sampler_name') ?? stringAt(graph, named, 'sampler'),
    schedule: stringAt(graph, sigmas, 'scheduler'),
    cfgScale: numberAt(graph, prompts, 'cfg', 'cfg_scale') ?? (guider ? 1 : undefined),
    seed: seedAt(graph, noise),
    ...size,
    model: chain.model,
    vae: search(
      graph,
      outputs(graph)[0] && { node: outputs(graph)[0] as GraphNode, slot: 0 },
      () => true,
      (node) => fileAt(graph, node, ['vae_name']),
    ),
    clipSkip: chain.clipSkip ?? clipSkip(graph, positive?.node),
    denoise: denoise !== undefined && denoise < 1 ? denoise : undefined,
    more: guidance === undefined ? undefined : [['Distilled CFG Scale', String(guidance)]],
  };
}

function isSampler(graph: Graph, node: GraphNode): boolean {
  if (linkOf(graph, node, 'guider')) return true;
  const hasPrompts =
    linkOf(graph, node, 'positive') !== undefined || linkOf(graph, node, 'conditioning') !== undefined;
  const hasSampler = 'sampler_name' in node.inputs || linkOf(graph, node, 'sampler') !== undefined;
  return hasSampler && (hasPrompts || ('steps' in node.inputs && linkOf(graph, node, 'model') !== undefined));
}

/** Of the samplers behind an output the one that comes first: others refine or enlarge what it drew. */
function firstSampler(graph: Graph): GraphNode | undefined {
  for (const output of outputs(graph)) {
    let last: GraphNode | undefined;
    search<true>(
      graph,
      { node: output, slot: 0 },
      () => true,
      (node) => {
        if (isSampler(graph, node)) last = node;
        return undefined;
      },
    );
    if (last) return last;
  }
  return [...graph.values()].find((node) => isSampler(graph, node));
}

function outputs(graph: Graph): GraphNode[] {
  const nodes = [...graph.values()].filter((node) => OUTPUT.test(node.type) && links(graph, node).length > 0);
  return nodes.sort((a, b) => Number(/^Preview/i.test(a.type)) - Number(/^Preview/i.test(b.type)));
}

function sizeOf(graph: Graph, sampler: GraphNode): { width?: number; height?: number } {
  const start = linkOf(graph, sampler, 'latent_image') ?? linkOf(graph, sampler, 'latent');
  return (
    search(
      graph,
      start ?? linkOf(graph, sampler, 'model'),
      () => true,
      (node) => {
        const width = numberAt(graph, node, 'width', 'empty_latent_width');
        const height = numberAt(graph, node, 'height', 'empty_latent_height');
        return width && height ? { width, height } : undefined;
      },
    ) ?? {}
  );
}

function clipSkip(graph: Graph, encoder: GraphNode | undefined): number | undefined {
  return search(
    graph,
    encoder && { node: encoder, slot: 0 },
    (input) => /clip|cond|positive/i.test(input),
    (node) => clipSkipOf(graph, node),
  );
}

/** Prompts of samplers that take them from a node of an extension, whatever its inputs are called. */
function anyPrompt(graph: Graph, node: GraphNode, input: string): string | undefined {
  const link = linkOf(graph, node, input);
  return link && textAt(graph, { id: '', type: '', inputs: { text: [link.node.id, link.slot] } }, 'text');
}

function stringAt(graph: Graph, node: GraphNode, input: string): string | undefined {
  const value = valueAt(graph, node, input);
  return typeof value === 'string' ? value : undefined;
}

function seedAt(graph: Graph, node: GraphNode): number | string | undefined {
  const value = valueAt(graph, node, 'seed', 'noise_seed');
  if (typeof value === 'string' && /^\d+$/.test(value)) return value;
  return asNumber(value);
}

/** ComfyUI's `embedding:name.pt` is AUTOMATIC1111's plain `name`. */
function webUiWords(text: string): string {
  return text.replace(/\bembedding:([^\s,()[\]:]+)/g, (_, name: string) =>
    name.replace(/\.(pt|safetensors|bin)$/i, ''),
  );
}
