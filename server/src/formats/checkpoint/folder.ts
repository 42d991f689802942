/** The files that hold a network's weights in its folder of diffusers' layout. */
export interface WeightFiles {
  /** A JSON file that says which weight is in which file; the files are then its. */
  readonly index?: string;
  /** The one file with everything, where there is no index. */
  readonly file?: string;
}

const INDEX = '.safetensors.index.json';

/**
 * Chooses among the names of a network's folder: full precision before variants such as `.fp16`, since what is read is
 * computed in float32 anyway. Undefined where there are no weights in safetensors files.
 */
export function weightFiles(names: readonly string[]): WeightFiles | undefined {
  const plainFirst = (a: string, b: string) => a.split('.').length - b.split('.').length || (a < b ? -1 : 1);
  const index = names.filter((name) => name.endsWith(INDEX)).sort(plainFirst)[0];
  const single = names
    .filter((name) => name.endsWith('.safetensors') && !/-\d{5}-of-\d{5}\b/.test(name))
    .sort(plainFirst)[0];
  // A whole file without a variant comes before the index of a variant.
  if (
    single !== undefined &&
    (index === undefined || plainFirst(single, index.replace('.index.json', '')) <= 0)
  )
    return { file: single };
  return index === undefined ? undefined : { index };
}

/** The file of each weight by an index; undefined when it is no such JSON, or names a file outside its folder. */
export function readWeightMap(text: string): Map<string, string> | undefined {
  try {
    const map: unknown = (JSON.parse(text) as { weight_map?: unknown }).weight_map;
    if (typeof map !== 'object' || map === null) return undefined;
    const entries = Object.entries(map);
    const isInside = entries.every(
      ([, file]) => typeof file === 'string' && /^[^/\\]+\.safetensors$/.test(file),
    );
    return isInside ? new Map(entries as [string, string][]) : undefined;
  } catch {
    return undefined;
  }
}
