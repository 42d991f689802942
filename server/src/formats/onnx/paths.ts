import type { OnnxModel, OnnxNode } from './model';

/** Exporters' own names for constants they made: they say nothing about a module. */
const ANONYMOUS = /^(onnx::|val_|_val|const)/;

/** What quantisers put behind the name of a weight. */
const QUANTISED = /(?:_(?:quantized|DequantizeLinear|dequantized|Output|DQ|Q\d+(?:G\d+)?))+$/;

/**
 * The module path and part a value's name gives away: `a.b.0.weight` → `a.b.0`, `weight`. Undefined for names the
 * exporter invented (`onnx::MatMul_8307`, `val_12`).
 */
export function pathOfValue(name: string): { path: string; part: 'weight' | 'bias' } | undefined {
  const match = /^(.+)\.(weight|bias)$/.exec(name.replace(QUANTISED, ''));
  if (!match || ANONYMOUS.test(name)) return undefined;
  return { path: match[1]!, part: match[2] as 'weight' | 'bias' };
}

/**
 * The module path in a node's name, as torch's exporter writes it since 1.13: `/down_blocks.0/attn1/to_q/MatMul`.
 * A container that is called itself appears twice (`/net/net.0/proj`); the longer spelling wins.
 */
export function scopeOfNode(node: OnnxNode): string | undefined {
  if (!node.name.startsWith('/'))
    return (
      scopeOfMetadata(node.metadata['pkg.torch.onnx.name_scopes']) ??
      scopeOfNamespace(node.metadata.namespace)
    );
  const steps = node.name.slice(1).split('/');
  steps.pop();
  const path: string[] = [];
  for (const step of steps) {
    const parent = path.at(-1);
    if (parent !== undefined && step.startsWith(`${parent}.`)) path.pop();
    path.push(step);
  }
  return path.length > 0 ? path.join('.') : undefined;
}

/**
 * The deepest module in a list such as `['', 'block', 'block.to_q', 'linear_3']`, written by torch's current exporter:
 * every module's name begins with its parent's; what follows the last module is the operation.
 */
export function scopeOfMetadata(text: string | undefined): string | undefined {
  if (!text) return undefined;
  return deepestOf([...text.matchAll(/'([^']*)'|"([^"]*)"/g)].map((match) => match[1] ?? match[2] ?? ''));
}

/** The same in the exporter's other spelling: `: Model/block: Block/block.to_q: Linear/linear_3: aten.linear.default`. */
function scopeOfNamespace(text: string | undefined): string | undefined {
  return text === undefined
    ? undefined
    : deepestOf(text.split('/').map((step) => step.split(':', 1)[0]!.trim()));
}

function deepestOf(names: readonly string[]): string | undefined {
  let deepest = '';
  for (const [index, name] of names.entries()) {
    if (name === '') continue;
    const isLast = index === names.length - 1;
    if (deepest === '' ? !isLast || name.includes('.') : name.startsWith(`${deepest}.`)) deepest = name;
  }
  return deepest === '' ? undefined : deepest;
}

/** The parameter a folded constant was made from, written by the current exporter's optimizer. */
export function pathOfFolded(model: OnnxModel, value: string): ReturnType<typeof pathOfValue> {
  const metadata = model.values.get(value)?.metadata ?? model.initializers.get(value)?.metadata;
  const text =
    metadata?.['pkg.onnxscript.optimizer.folded_from'] ??
    model.initializers.get(value)?.metadata['pkg.onnxscript.optimizer.folded_from'];
  for (const match of (text ?? '').matchAll(/'([^']*)'|"([^"]*)"/g)) {
    const found = pathOfValue(match[1] ?? match[2] ?? '');
    if (found) return found;
  }
  return undefined;
}

/** First steps of the module paths of the networks this project knows. */
const ROOTS = new Set([
  'conv_in',
  'conv_out',
  'conv_norm_out',
  'time_embedding',
  'add_embedding',
  'down_blocks',
  'mid_block',
  'up_blocks',
  'text_model',
  'text_projection',
  'encoder',
  'decoder',
  'transformer_blocks',
]);

/** Removes the name of an export wrapper (`unet.down_blocks…`, `model.text_model…`) when every path carries it. */
export function stripWrapper(paths: readonly string[]): (path: string) => string {
  const first = paths[0]?.split('.', 1)[0];
  if (first === undefined || ROOTS.has(first) || !paths.every((path) => path.startsWith(`${first}.`)))
    return (path) => path;
  const rest = new Set(paths.map((path) => path.slice(first.length + 1).split('.', 1)[0]));
  const known = [...rest].some((step) => ROOTS.has(step!));
  return known ? (path) => path.slice(first.length + 1) : (path) => path;
}
