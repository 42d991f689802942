import type { EngineOptions } from '../../shared/engineProtocol';
import { failure, type Result, success } from '../../shared/problem';
import type { Runtime } from '../runtime/session';
import { type Component, openComponent } from './component';
import { layerInputs, layerNorm, layerOutputs } from './hiddenStates';
import { floatsOf, pickPort, tensorFor } from './io';
import { type JsonObject, numberIn } from './modelFolder';

/** What a text encoder says about one chunk of 77 tokens. */
export interface EncodedChunk {
  /** `[77, width]`. */
  readonly hidden: Float32Array;
  readonly width: number;
  /** `text_embeds`, where the encoder has a projection. */
  readonly pooled?: Float32Array;
}

export interface TextEncoder {
  readonly component: Component;
  /**
   * Encodes a chunk. `clipSkip` as in the web UI: 1 is the last layer, 2 the one before with the final normalisation
   * applied. `raw` leaves that normalisation out, as SDXL wants it.
   */
  encode(tokens: readonly number[], clipSkip: number, raw?: boolean): Promise<Result<EncodedChunk>>;
}

/** Opens a CLIP text encoder. */
export async function openTextEncoder(
  runtime: Runtime,
  path: string,
  config: JsonObject,
  strategy: EngineOptions['mergeStrategy'],
): Promise<Result<TextEncoder>> {
  const opened = await openComponent(runtime, path, strategy, layerOutputs);
  if (!opened.ok) return opened;
  const component = opened.value;
  const layers = layerInputs(component.file);
  const depth = layers.size;
  const finalNorm = readFinalNorm(component, config);

  const encode: TextEncoder['encode'] = async (tokens, clipSkip, raw = false) => {
    const { session } = component;
    const ids = pickPort(session.inputMetadata, ['input_ids']);
    const last = pickPort(session.outputMetadata, ['last_hidden_state']).name;
    const source = clipSkip <= 1 && !raw ? last : sourceOf(session.outputNames, layers, depth, clipSkip);
    if (source === undefined || (source !== last && !raw && !finalNorm))
      return failure(
        'clip-skip-unavailable',
        `Clip skip ${clipSkip} is not possible: this text encoder's layers cannot be told apart.`,
        'Remove Clip skip from the prompt, or use another export of the model.',
      );
    const pooledName = session.outputNames.includes('text_embeds') ? 'text_embeds' : undefined;
    const fetches = [source, ...(pooledName ? [pooledName] : [])];
    const feeds = { ...component.feeds, [ids.name]: tensorFor(ids, tokens, [1, tokens.length]) };
    const outputs = await session.run(feeds, fetches);
    let hidden = floatsOf(outputs[source]);
    const width = hidden.length / tokens.length;
    if (source !== last && !raw && finalNorm)
      hidden = layerNorm(hidden, finalNorm.weight, finalNorm.bias, finalNorm.epsilon);
    return success({ hidden, width, pooled: pooledName ? floatsOf(outputs[pooledName]) : undefined });
  };
  return success({ component, encode });
}

/** The output that holds the hidden states `clipSkip` layers from the end: an exported one, or a layer's input. */
function sourceOf(
  outputs: readonly string[],
  layers: ReadonlyMap<number, string>,
  depth: number,
  clipSkip: number,
): string | undefined {
  const index = depth + 1 - clipSkip;
  const exported = `hidden_states.${index}`;
  if (outputs.includes(exported)) return exported;
  return layers.get(index);
}

function readFinalNorm(component: Component, config: JsonObject) {
  const { slots } = component.file;
  const find = (part: 'weight' | 'bias') =>
    slots.find((slot) => slot.path.endsWith('final_layer_norm') && slot.part === part);
  const weight = find('weight');
  const bias = find('bias');
  if (!weight || !bias) return undefined;
  return {
    weight: component.file.values(weight.tensor),
    bias: component.file.values(bias.tensor),
    epsilon: numberIn(config, 'layer_norm_eps', 1e-5),
  };
}
