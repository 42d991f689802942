import type { WeightedRun } from '../../shared/plan';
import { blockText } from '../analysis/blockText';
import { LORA_TYPES } from '../analysis/loraArguments';
import { findNetworks, removeNetworks } from '../analysis/networks';
import { resolveText } from '../analysis/resolve';
import { comfyTokenWeights } from '../dialects/comfyui/tokenWeights';
import { type CompelPart, readCompel } from '../dialects/compel/conjunction';
import { stripKritaComments } from '../dialects/krita/prompt';
import type { Target } from '../environment';
import type { Block, Document } from '../syntax/nodes';
import { parseFloatPython, strip } from '../text/python';

/** One prompt as another program reads it. */
export interface TargetPrompt {
  /** Weighted runs of the first step. */
  readonly runs: readonly WeightedRun[];
  readonly loras: readonly TargetLora[];
  /** What is read differently from the web UI, one sentence each. */
  readonly notes: readonly string[];
}

export interface TargetLora {
  readonly name: string;
  readonly te: number;
  readonly unet: number;
}

/** Reads both prompts of a block as a target would. */
export function readBlockAs(
  document: Document,
  block: Block,
  target: Target,
  steps = 20,
): { readonly target: Target; readonly positive: TargetPrompt; readonly negative: TargetPrompt } {
  return {
    target,
    positive: readPromptAs(blockText(document, block, 'positive').text, target, true, steps),
    negative: readPromptAs(blockText(document, block, 'negative').text, target, false, steps),
  };
}

/** Reads one prompt as a target would. */
export function readPromptAs(text: string, target: Target, isPositive = true, steps = 20): TargetPrompt {
  switch (target) {
    case 'comfyui':
      return readComfy(text);
    case 'krita':
      return readKrita(text);
    case 'invokeai':
      return readInvoke(text);
    default:
      return readWebUi(text, target, isPositive, steps);
  }
}

function readWebUi(text: string, target: Target, isPositive: boolean, steps: number): TargetPrompt {
  const prompt = resolveText(text, isPositive, steps);
  const notes: string[] = [];
  const loras: TargetLora[] = [];
  for (const network of isPositive ? prompt.networks : []) {
    if (!LORA_TYPES.has(network.type)) continue;
    const swapped = target === 'swarmui' && network.positional.length > 2;
    if (swapped)
      notes.push(`SwarmUI reads the two weights of ${network.name} the other way round: UNet first.`);
    loras.push({
      name: target === 'sdnext' ? network.name.replaceAll('.', '_') : network.name,
      te: swapped ? network.unet : network.te,
      unet: swapped ? network.te : network.unet,
    });
  }
  if (target !== 'sdnext') return { runs: prompt.attention, loras, notes };
  return {
    runs: prompt.attention.map(([run, weight]) => [run.replace(/\n/g, ' '), Number(weight.toFixed(3))]),
    loras,
    notes,
  };
}

function readComfy(text: string): TargetPrompt {
  const notes: string[] = [];
  const visible = text.replace(/\/\*[^*]*(?:\*(?!\/)[^*]*)*\*\/|\/\/[^\n]*/g, '');
  if (visible !== text)
    notes.push('Everything after `//` and between `/*` and `*/` is a comment, web addresses too.');
  if (/\{[^{}]*\|/.test(visible)) notes.push('`{a|b}` picks one option at random each time.');
  if (/\[[^\]]*(?:\||:)/.test(visible))
    notes.push('Square brackets are text: nothing is scheduled or weakened.');
  if (/\bBREAK\b/.test(visible)) notes.push('BREAK is an ordinary word.');
  if (findNetworks(visible).length > 0) notes.push('LoRA tags are text: nothing is loaded.');
  if (visible.includes('#')) notes.push('`#` begins no comment.');
  return { runs: comfyTokenWeights(visible), loras: [], notes };
}

function readKrita(text: string): TargetPrompt {
  const notes: string[] = [];
  const visible = stripKritaComments(text);
  const tags = findNetworks(visible).filter((tag) => tag.type.toLowerCase() === 'lora');
  const loras = tags.map((tag) => {
    if (tag.items.length > 2)
      notes.push(`krita takes one weight only; the tag of ${tag.items[0]?.text} stays text.`);
    const weight = parseFloatPython(tag.items[1]?.text ?? '1') ?? Number.NaN;
    return { name: tag.items[0]?.text ?? '', te: weight, unet: weight };
  });
  if (/\[[^\]]*(?:\||:)/.test(visible))
    notes.push('Square brackets are text: nothing is scheduled or weakened.');
  return { runs: comfyTokenWeights(strip(removeNetworks(visible, tags))), loras, notes };
}

function readInvoke(text: string): TargetPrompt {
  const notes: string[] = [];
  if (/\([^()]*:\s*[-+.\d]+\s*\)/.test(text))
    notes.push('`(words:1.2)` carries no weight; compel writes `(words)1.2`.');
  if (/\[/.test(text)) notes.push('Square brackets are text.');
  if (findNetworks(text).length > 0) notes.push('LoRA tags are text; LoRAs are chosen in the list.');
  const read = readCompel(text);
  if ('error' in read) {
    notes.push('Compel refuses this prompt: an operator has the wrong number of weights or text after it.');
    return { runs: [[text, 1]], loras: [], notes };
  }
  if (read.loras.length > 0) notes.push('`withLora(…)` loads nothing; LoRAs are chosen in the list.');
  const parts = read.conjunction.flatMap((prompt) => {
    if (!('blend' in prompt)) return prompt;
    notes.push(`\`.blend\` mixes these prompts with the weights ${prompt.weights.join(', ')}.`);
    return prompt.blend.flat();
  });
  if (read.conjunction.length > 1)
    notes.push(`\`.and\` joins these prompts with the weights ${read.weights.join(', ')}.`);
  if (parts.some((part) => 'swap' in part))
    notes.push('`.swap` begins with the first words and ends with the words in its brackets.');
  return { runs: firstRuns(parts), loras: [], notes };
}

/** The words a picture begins with. */
function firstRuns(parts: readonly CompelPart[]): WeightedRun[] {
  return parts.flatMap((part): WeightedRun[] => ('swap' in part ? firstRuns(part.swap[0]) : [part]));
}
