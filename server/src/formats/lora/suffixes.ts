/**
 * Roles of a tensor within its module: one spelling for what trainers write in many ways. `tensors` of a `LoraModule`
 * is keyed by these.
 *
 * - `lora_down`, `lora_up`, `lora_mid`, `alpha`, `scale`, `dora_scale`, `lora_down_bias`, `lora_up_bias`
 * - `magnitude`: PEFT's DoRA vector (always by output row)
 * - `lora_down.N`, `lora_up.N`: fused projections split into parts
 * - `hada_w1_a` … `hada_t2`, `lokr_w1` … `lokr_t2`
 * - `diff`, `diff_b`, `set_weight`, `reshape_weight`, `w_norm`, `b_norm`
 * - `weight`, `on_input` (IA3), `a1`, `a2`, `b1`, `b2` (GLoRA)
 * - `oft_blocks`, `oft_blocks.N`, `rescale`; PEFT's `oft_r`, `oft_s`, `boft_r`, `boft_s`, and its `ia3_l`
 * - of kinds that are not merged: `lora_E`, `vera_lambda_b`, `lora_ups.N`, `router` …
 */
export interface SplitSuffix {
  /** Everything before the suffix. */
  readonly stem: string;
  readonly role: string;
  /** Naming habit that the suffix gives away, for the scheme's name. */
  readonly style: SuffixStyle;
}

export type SuffixStyle = 'kohya' | 'lycoris' | 'peft' | 'diffusers' | 'attn-processor' | 'xlabs' | 'native';

/** PEFT puts the adapter's name into the key unless it is told not to. */
const ADAPTER = String.raw`(?:\.[A-Za-z0-9_-]+)?`;

interface SuffixRule {
  readonly pattern: RegExp;
  readonly style: SuffixStyle;
  /** `$1` … are the pattern's groups. */
  readonly role: string;
  /** What replaces the matched text at the end of the stem. */
  readonly tail?: string;
}

/** First match counts; longer suffixes stand before their own endings. */
const RULES: readonly SuffixRule[] = [
  rule(String.raw`\.processor\.to_out_lora\.(down|up)\.weight`, 'attn-processor', 'lora_$1', '.to_out.0'),
  rule(String.raw`\.processor\.to_([qkv])_lora\.(down|up)\.weight`, 'attn-processor', 'lora_$2', '.to_$1'),
  rule(
    String.raw`\.processor\.(add_[qkv]_proj|to_add_out)_lora\.(down|up)\.weight`,
    'attn-processor',
    'lora_$2',
    '.$1',
  ),
  rule(String.raw`\.processor\.(qkv|proj)_lora1\.(down|up)\.weight`, 'xlabs', 'lora_$2', '.img_attn.$1'),
  rule(String.raw`\.processor\.(qkv|proj)_lora2\.(down|up)\.weight`, 'xlabs', 'lora_$2', '.txt_attn.$1'),
  rule(String.raw`\.processor\.(qkv|proj)_lora\.(down|up)\.weight`, 'xlabs', 'lora_$2', '.processor.$1'),
  rule(String.raw`\.lora_linear_layer\.(down|up)\.weight`, 'diffusers', 'lora_$1'),
  rule(String.raw`\.lora\.(down|up)\.weight`, 'diffusers', 'lora_$1'),
  rule(String.raw`\.lora_(down|up|mid)\.weight`, 'kohya', 'lora_$1'),
  rule(String.raw`\.lora_(down|up)\.(\d+)\.weight`, 'kohya', 'lora_$1.$2'),
  rule(String.raw`\.lora_(down|up)\.bias`, 'kohya', 'lora_$1_bias'),
  rule(String.raw`\.lora_A(?:_\d+)?${ADAPTER}\.weight`, 'peft', 'lora_down'),
  rule(String.raw`\.lora_B(?:_\d+)?${ADAPTER}\.weight`, 'peft', 'lora_up'),
  rule(String.raw`\.lora_A${ADAPTER}\.bias`, 'peft', 'lora_down_bias'),
  rule(String.raw`\.lora_B${ADAPTER}\.bias`, 'peft', 'lora_up_bias'),
  rule(String.raw`\.lora_magnitude_vector${ADAPTER}`, 'peft', 'magnitude'),
  rule(String.raw`\.lora_magnitude_vector${ADAPTER}\.weight`, 'peft', 'magnitude'),
  rule(String.raw`\.oft_[rR]${ADAPTER}(?:\.weight)?`, 'peft', 'oft_r'),
  rule(String.raw`\.(oft_s|ia3_l|boft_s)${ADAPTER}`, 'peft', '$1'),
  rule(String.raw`\.boft_[rR]${ADAPTER}`, 'peft', 'boft_r'),
  rule(String.raw`\.lora_A`, 'peft', 'lora_down'),
  rule(String.raw`\.lora_B`, 'peft', 'lora_up'),
  rule(String.raw`\.(lora_E|ranknum)${ADAPTER}`, 'peft', '$1'),
  // Kinds that are named, not merged.
  rule(
    String.raw`\.((?:vera_lambda|randlora|hra|vblora|shira|miss|c3a|fourierft|bone|ln_tuning)_\w+)(?:\.weight|\.bias)?`,
    'peft',
    '$1',
  ),
  rule(String.raw`\.(lora_ups|lora_downs)\.(\d+)\.weight`, 'kohya', '$1.$2'),
  rule(String.raw`\.router\.(?:weight|bias)`, 'kohya', 'router'),
  rule(String.raw`\.dora_scale`, 'kohya', 'dora_scale'),
  rule(String.raw`\.alpha`, 'kohya', 'alpha'),
  rule(String.raw`\.(hada_(?:w[12]_[ab]|t[12]))`, 'lycoris', '$1'),
  rule(String.raw`\.(lokr_(?:w[12](?:_[ab])?|t[12]))`, 'lycoris', '$1'),
  rule(String.raw`\.([ab][12])\.weight`, 'lycoris', '$1'),
  rule(String.raw`\.(oft_blocks\.\d+)`, 'kohya', '$1'),
  rule(String.raw`\.(oft_blocks|rescale|on_input|w_norm|b_norm)`, 'lycoris', '$1'),
  rule(String.raw`\.oft_diag`, 'lycoris', 'oft_blocks'),
  rule(String.raw`\.(diff_b|diff|set_weight|reshape_weight)`, 'native', '$1'),
  rule(String.raw`\.scale`, 'native', 'scale'),
];

/** Suffixes of one word and of `<word>.weight` that nearly all files use: found without a pattern. */
const COMMON: ReadonlyMap<string, readonly [role: string, style: SuffixStyle]> = new Map([
  ['alpha', ['alpha', 'kohya']],
  ['dora_scale', ['dora_scale', 'kohya']],
  ['diff', ['diff', 'native']],
  ['diff_b', ['diff_b', 'native']],
  ...['w1_a', 'w1_b', 'w2_a', 'w2_b'].flatMap((part) => [lycoris(`hada_${part}`), lycoris(`lokr_${part}`)]),
  lycoris('lokr_w1'),
  lycoris('lokr_w2'),
]);
const COMMON_WEIGHTS: ReadonlyMap<string, readonly [role: string, style: SuffixStyle]> = new Map([
  ['lora_down', ['lora_down', 'kohya']],
  ['lora_up', ['lora_up', 'kohya']],
  ['lora_mid', ['lora_mid', 'kohya']],
  ['lora_A', ['lora_down', 'peft']],
  ['lora_B', ['lora_up', 'peft']],
]);

function lycoris(role: string): [string, readonly [string, SuffixStyle]] {
  return [role, [role, 'lycoris']];
}

/** A quick look that spares most checkpoint keys the whole list. */
const LAST_WORDS =
  /(?:weight|bias|alpha|scale|blocks|\.\d+|on_input|_norm|diff|diff_b|_[ab]|_[wt][12]|oft_diag|(?:lora_magnitude_vector|b?oft_[rRs]|ia3_l|lora_[ABE]|ranknum)(?:\.[\w-]+)?|(?:vera_lambda|randlora|hra|vblora|shira|miss|c3a|fourierft|bone|ln_tuning)_\w+)$/;

function rule(pattern: string, style: SuffixStyle, role: string, tail = ''): SuffixRule {
  return { pattern: new RegExp(`${pattern}$`), style, role, tail };
}

/** Splits the parameter suffix off a tensor name; undefined when the name has none that belongs to a network. */
export function splitSuffix(name: string): SplitSuffix | undefined {
  const dot = name.lastIndexOf('.');
  const last = name.slice(dot + 1);
  const before = last === 'weight' ? name.lastIndexOf('.', dot - 1) : dot;
  const common = last === 'weight' ? COMMON_WEIGHTS.get(name.slice(before + 1, dot)) : COMMON.get(last);
  if (common && before >= 0) return { stem: name.slice(0, before), role: common[0], style: common[1] };
  if (!LAST_WORDS.test(name)) return undefined;
  for (const { pattern, role, tail, style } of RULES) {
    const match = pattern.exec(name);
    if (!match) continue;
    const fill = (template: string) => template.replace(/\$(\d)/g, (_, group) => match[Number(group)] ?? '');
    return { stem: name.slice(0, match.index) + fill(tail ?? ''), role: fill(role), style };
  }
  return undefined;
}
