import { attentionRuns, parseAttention } from '../analysis/attention';
import { blockText } from '../analysis/blockText';
import { formatInfotext } from '../analysis/infotextWrite';
import { LORA_TYPES } from '../analysis/loraArguments';
import { resolveBlock } from '../analysis/resolve';
import type { Network, ResolvedPrompt } from '../analysis/resolved';
import type { Target } from '../environment';
import type { Block, Document } from '../syntax/nodes';
import { type RunWriter, shortWeight, writeRuns } from './flatten';
import { COMFY_WRITER, COMPEL_WRITER, SWARM_WRITER } from './writers';

/** A block rewritten for another program, and what could not be said there. */
export interface Conversion {
  readonly target: Target;
  readonly positive: string;
  readonly negative: string;
  /** The whole block, parameters unchanged. */
  readonly text: string;
  /** One sentence for each thing that is lost or has to be done by hand. */
  readonly losses: readonly string[];
}

/** How a target takes a LoRA: as a tag it can read, or not in the prompt at all. */
type LoraWriter = (network: Network, losses: string[]) => string;

const NOTHING = '';

/** These read the web UI's own syntax. */
const SAME: ReadonlySet<Target> = new Set<Target>(['a1111', 'forge', 'sdnext']);

const RUN_WRITERS: Readonly<Partial<Record<Target, RunWriter>>> = {
  comfyui: COMFY_WRITER,
  krita: COMFY_WRITER,
  swarmui: SWARM_WRITER,
  invokeai: COMPEL_WRITER,
};

const LORA_WRITERS: Readonly<Partial<Record<Target, LoraWriter>>> = {
  comfyui: (network, losses) => {
    losses.push(
      `ComfyUI reads no LoRA from the prompt: add a LoRA loader for ${network.name} with strength_model ${shortWeight(network.unet)} and strength_clip ${shortWeight(network.te)}.`,
    );
    return NOTHING;
  },
  invokeai: (network, losses) => {
    losses.push(
      `InvokeAI takes LoRAs from its own list: add ${network.name} with weight ${shortWeight(network.unet)}.`,
    );
    return NOTHING;
  },
  krita: (network, losses) => {
    if (network.te !== network.unet)
      losses.push(
        `krita has one weight for ${network.name}; the text encoder's ${shortWeight(network.te)} is lost.`,
      );
    return `<lora:${network.name}:${shortWeight(network.unet)}>`;
  },
  // SwarmUI's second number is the text encoder's, the web UI's first one.
  swarmui: (network) => {
    const te = network.te === network.unet ? '' : `:${shortWeight(network.te)}`;
    return `<lora:${network.name}:${shortWeight(network.unet)}${te}>`;
  },
};

/** Rewrites a block so that `target` makes the same of it as far as it can. */
export function convertBlock(document: Document, block: Block, target: Target): Conversion {
  const losses: string[] = [];
  const resolved = resolveBlock(document, block);
  const writer = RUN_WRITERS[target];
  const positive =
    writer === undefined || SAME.has(target)
      ? blockText(document, block, 'positive').text
      : convertPrompt(resolved.positive, target, writer, true, losses);
  const negative =
    writer === undefined || SAME.has(target)
      ? blockText(document, block, 'negative').text
      : convertPrompt(resolved.negative, target, writer, false, losses);
  const parameters = resolved.parameters.map(({ key, value }) => [key, value] as const);
  return { target, positive, negative, text: formatInfotext(positive, negative, parameters), losses };
}

function convertPrompt(
  prompt: ResolvedPrompt,
  target: Target,
  writer: RunWriter,
  isPositive: boolean,
  losses: string[],
): string {
  const where = isPositive ? 'prompt' : 'negative prompt';
  if (prompt.schedule.length > 1)
    losses.push(
      `The ${where} changes over the steps, which ${target} cannot do here; its first state is kept.`,
    );
  if (prompt.subprompts.length > 1)
    losses.push(`${target} has no AND; only the first of ${prompt.subprompts.length} parts is kept.`);
  const weight = prompt.subprompts[0]?.weight ?? 1;
  if (weight !== 1) losses.push(`The weight ${shortWeight(weight)} of the whole ${where} is lost.`);
  if (prompt.breaks.length > 0 && writer.chunkBreak === undefined)
    losses.push(`BREAK is unknown to ${target} and becomes a comma.`);

  const { pieces, error } = parseAttention(prompt.schedule[0]?.[1] ?? '');
  if (error !== undefined) losses.push(`The web UI cannot read this ${where}: a weight is not a number.`);
  const text = writeRuns(attentionRuns(pieces), writer);
  if (!isPositive) return text;
  const tags = prompt.networks
    .map((network) => convertNetwork(network, target, losses))
    .filter((tag) => tag !== '');
  return [text, ...tags].filter((part) => part !== '').join(' ');
}

function convertNetwork(network: Network, target: Target, losses: string[]): string {
  const write = LORA_WRITERS[target];
  if (write !== undefined && LORA_TYPES.has(network.type) && !Number.isNaN(network.te)) {
    if (network.dyn !== null) losses.push(`The rank limit of ${network.name} is lost.`);
    return write(network, losses);
  }
  losses.push(`\`<${network.type}:${network.positional.join(':')}>\` has no counterpart and is lost.`);
  return NOTHING;
}
