import type { EngineOptions } from '../../shared/engineProtocol';
import { failure, type Result, success } from '../../shared/problem';
import { addEmbeddingInputs, EMBEDDING_INPUTS, findTokenLookup } from '../graph/embeddingInput';
import type { GraphSource } from '../graph/modelFile';
import { type Runtime, Tensor } from '../runtime/session';
import { TEXT_ENCODER_MEMORY_SHARE } from '../weights/thresholds';
import { type Component, openComponent } from './component';
import { addLayerOutputs, layerInputs, layerNorm } from './hiddenStates';
import { type JsonObject, numberIn } from './parts';
import { floatsOf, inputsOf, pickPort, switchesOf, tensorFor } from './ports';

/** What a text encoder says about one chunk of 77 tokens. */
export interface EncodedChunk {
  /** `[77, width]`. */
  readonly hidden: Float32Array;
  readonly width: number;
  /** `text_embeds`, where the encoder has a projection. */
  readonly pooled?: Float32Array;
}

/** Rows of a textual inversion and the place of the first of them among the tokens. */
export interface PlacedRows {
  readonly position: number;
  /** `[rows, width]`. */
  readonly rows: Float32Array;
}

export interface TextEncoder {
  readonly component: Component;
  /** Width of the rows that can replace tokens; undefined where the graph does not show where it looks tokens up. */
  readonly embeddingWidth?: number;
  /**
   * Encodes a chunk. `clipSkip` as in the web UI: 1 is the last layer, 2 the one before with the final normalisation
   * applied. `raw` leaves that normalisation out, as SDXL wants it. `placed` rows replace those of tokens.
   */
  encode(
    tokens: readonly number[],
    clipSkip: number,
    raw?: boolean,
    placed?: readonly PlacedRows[],
  ): Promise<Result<EncodedChunk>>;
}

/** Opens a CLIP text encoder. */
export async function openTextEncoder(
  runtime: Runtime,
  graph: GraphSource,
  config: JsonObject,
  strategy: EngineOptions['mergeStrategy'],
): Promise<Result<TextEncoder>> {
  const opened = await openComponent(runtime, graph, strategy, {
    memoryShare: TEXT_ENCODER_MEMORY_SHARE,
    edit(edit, file) {
      addLayerOutputs(edit, file);
      const lookup = findTokenLookup(file.model);
      if (lookup) addEmbeddingInputs(edit, lookup);
    },
  });
  if (!opened.ok) return opened;
  const component = opened.value;
  const embeddingWidth = findTokenLookup(component.file.model)?.width;
  const layers = layerInputs(component.file);
  const depth = layers.size;
  const finalNorm = readFinalNorm(component, config);

  const encode: TextEncoder['encode'] = async (tokens, clipSkip, raw = false, placed = []) => {
    const { session } = component;
    const ids = pickPort(session.inputMetadata, ['input_ids']);
    const last = pickPort(session.outputMetadata, ['last_hidden_state']).name;
    const source = clipSkip <= 1 && !raw ? last : sourceOf(session.outputNames, layers, depth, clipSkip);
    if (source === undefined || (source !== last && !raw && !finalNorm))
      return failure(
        'clip-skip-unavailable',
        `Clip skip ${clipSkip} is not possible: this text encoder's layers cannot be distinguished.`,
        'Remove Clip skip from the prompt, or use another export of the model.',
      );
    const pooledName = session.outputNames.includes('text_embeds') ? 'text_embeds' : undefined;
    const fetches = [source, ...(pooledName ? [pooledName] : [])];
    const feeds = {
      ...component.feeds,
      ...embeddingFeeds(component, embeddingWidth, tokens.length, placed),
      [ids.name]: tensorFor(ids, tokens, [1, tokens.length]),
    };
    const outputs = await session.run({ ...switchesOf(session, feeds), ...feeds }, fetches);
    let hidden = floatsOf(outputs[source]!);
    const width = hidden.length / tokens.length;
    if (source !== last && !raw && finalNorm)
      hidden = layerNorm(hidden, finalNorm.weight, finalNorm.bias, finalNorm.epsilon);
    return success({ hidden, width, pooled: pooledName ? floatsOf(outputs[pooledName]!) : undefined });
  };
  return success({ component, embeddingWidth, encode });
}

/** Feeds of the inputs that replace tokens; without rows, a mask that replaces nothing. */
function embeddingFeeds(
  component: Component,
  width: number | undefined,
  length: number,
  placed: readonly PlacedRows[],
): Record<string, Tensor> {
  if (width === undefined) return {};
  const places = placed.length > 0 ? length : 1;
  const mask = new Uint8Array(places);
  const rows = new Float32Array(places * width);
  for (const { position, rows: own } of placed) {
    // The end mark's own row stays, however many rows there are.
    const count = Math.min(own.length / width, length - 1 - position);
    mask.fill(1, position, position + count);
    rows.set(own.subarray(0, count * width), position * width);
  }
  const port = inputsOf(component.session).get(EMBEDDING_INPUTS.rows)!;
  return {
    [EMBEDDING_INPUTS.mask]: new Tensor('bool', mask, [1, places, 1]),
    [EMBEDDING_INPUTS.rows]: tensorFor(port, rows, [1, places, width]),
  };
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
