/** A way of storing weights in few bits, told from what stands beside them. */
interface Storage {
  readonly title: string;
  /** True for the names and types of a file that stores weights this way. */
  matches(names: ReadonlySet<string>, dtypeOf: (name: string) => string | undefined): boolean;
}

const any = (names: ReadonlySet<string>, pattern: RegExp) => [...names].some((name) => pattern.test(name));

/** The scale of a weight under the names that programs give it. */
const SCALE = /(?:^|\.)(?:scale_weight|weight_scale|scale_input|input_scale)$/;

/** Most telling first. */
const STORAGES: readonly Storage[] = [
  {
    title: 'SVDQuant (nunchaku) 4-bit',
    matches: (names) =>
      any(names, /\.(?:proj_down|smooth_factor(?:_orig)?|wscales)$/) && any(names, /\.qweight$/),
  },
  { title: 'GPTQ or AWQ 4-bit', matches: (names) => any(names, /\.qweight$/) },
  {
    title: 'bitsandbytes NF4 or FP4',
    matches: (names) => any(names, /\.(?:absmax|quant_map|quant_state\.bitsandbytes__\w+)$/),
  },
  { title: 'bitsandbytes int8', matches: (names) => any(names, /\.SCB$/) },
  { title: 'NVFP4 4-bit', matches: (names) => any(names, /\.weight_scale_2$/) },
  {
    title: 'MXFP8 (fp8 with a scale for each block)',
    matches: (names, dtypeOf) =>
      [...names].some((name) => /\.weight_scale$/.test(name) && /^(?:U8|F8_E8M0)$/.test(dtypeOf(name) ?? '')),
  },
  {
    title: 'int8',
    matches: (names, dtypeOf) =>
      [...names].some(
        (name) => SCALE.test(name) && dtypeOf(name.replace(SCALE, '.weight').replace(/^\./, '')) === 'I8',
      ),
  },
  {
    title: 'scaled fp8',
    matches: (names) => names.has('scaled_fp8') || any(names, SCALE) || any(names, /\.scaled_fp8$/),
  },
  { title: 'quantised (comfy_quant)', matches: (names) => any(names, /\.comfy_quant$/) },
];

/**
 * Name of the way a file stores its weights where they are not the numbers themselves but need a scale, a table or a
 * second tensor to be read. Undefined for plain float32, float16, bfloat16 and fp8.
 */
export function quantisedStorage(
  names: Iterable<string>,
  dtypeOf: (name: string) => string | undefined,
): string | undefined {
  const all = new Set(names);
  return STORAGES.find((storage) => storage.matches(all, dtypeOf))?.title;
}
