import type { TextEncoderConfig } from '../../../formats/checkpoint';
import { encode } from '../../../formats/onnx/index';
import type { Scope } from '../builder';
import { attend, gelu, layerNorm, linear, quickGelu } from '../layers';
import { network } from '../network';
import type { Value } from '../nodes';

/**
 * CLIPTextModel, or with a projection CLIPTextModelWithProjection. Input `input_ids`; outputs as optimum names them:
 * `text_embeds` where there is a projection, else `pooler_output`; `last_hidden_state`; and the input of every layer and
 * what the last one leaves as `hidden_states.0` … `hidden_states.N`. Batch and number of tokens are free.
 */
export const clipText = network<TextEncoderConfig>((graph, config) => {
  const { root } = graph;
  const { width, epsilon } = config;
  const model = root.module('text_model');
  const ids = graph.input('input_ids', 'int64', ['batch', 'sequence']);
  const states: Value[] = [embed(model.module('embeddings'), ids, config)];
  const encoder = model.module('encoder');
  for (let layer = 0; layer < config.layers; layer++)
    states.push(encoderLayer(encoder.module(`layers.${layer}`), states.at(-1)!, config));
  const last = layerNorm(model.module('final_layer_norm'), states.at(-1)!, width, epsilon);

  const pooled = rowOfEnd(model, last, ids);
  if (config.projection === undefined) graph.output('pooler_output', pooled, ['batch', width]);
  else {
    const projection = root.module('text_projection');
    const weight = projection.parameter('weight', [config.projection, width]);
    const embeds = projection.op('Gemm', [pooled, weight], encode.intAttribute('transB', 1));
    graph.output('text_embeds', embeds, ['batch', config.projection]);
  }
  graph.output('last_hidden_state', last, ['batch', 'sequence', width]);
  states.forEach((state, index) => {
    graph.output(`hidden_states.${index}`, state, ['batch', 'sequence', width]);
  });
});

/** Rows of the tokens plus rows of their positions. */
function embed(scope: Scope, ids: Value, config: TextEncoderConfig): Value {
  const tokens = scope.module('token_embedding');
  const row = tokens.op('Gather', [tokens.parameter('weight', [config.vocabulary, config.width]), ids]);
  const positions = scope.module('position_embedding');
  const all = positions.parameter('weight', [config.positions, config.width]);
  const { intAttribute } = encode;
  const length = positions.op('Shape', [ids], intAttribute('start', 1), intAttribute('end', 2));
  const own = positions.op('Slice', [all, positions.integers([0]), length, positions.integers([0])]);
  return scope.op('Add', [row, own]);
}

function encoderLayer(scope: Scope, x: Value, config: TextEncoderConfig): Value {
  const { width, inner, heads, epsilon } = config;
  const attention = scope.module('self_attn');
  const norm1 = layerNorm(scope.module('layer_norm1'), x, width, epsilon);
  const [query, key, value] = (['q_proj', 'k_proj', 'v_proj'] as const).map((name) =>
    linear(attention.module(name), norm1, width, width),
  ) as [Value, Value, Value];
  const attended = attend(attention, query, key, value, heads, true);
  const hidden = scope.op('Add', [x, linear(attention.module('out_proj'), attended, width, width)]);
  const mlp = scope.module('mlp');
  const norm2 = layerNorm(scope.module('layer_norm2'), hidden, width, epsilon);
  const wide = linear(mlp.module('fc1'), norm2, width, inner);
  const activate = config.activation === 'quick_gelu' ? quickGelu : gelu;
  const narrow = linear(mlp.module('fc2'), activate(mlp.module('activation_fn'), wide), inner, width);
  return scope.op('Add', [hidden, narrow]);
}

/** The row of the end mark, which has the highest number of all tokens: the first one, for padding may repeat it. */
function rowOfEnd(scope: Scope, hidden: Value, ids: Value): Value {
  const { intAttribute } = encode;
  const numbers = scope.op('Cast', [ids], intAttribute('to', 6));
  const end = scope.op('ArgMax', [numbers], intAttribute('axis', -1), intAttribute('keepdims', 1));
  return scope.op('GatherND', [hidden, end], intAttribute('batch_dims', 1));
}
