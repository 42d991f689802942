import { parseInfotext } from '../../analysis/infotext';
import { unquoteValue } from '../../text/quotedValue';

/** What Civitai reads from a picture's metadata; only fields that were found are present. */
export interface CivitaiMetadata {
  prompt: string;
  negativePrompt: string;
  width?: number;
  height?: number;
  resources: CivitaiResource[];
  /** The list after `Civitai resources:`. */
  civitaiResources?: CivitaiResource[];
  /** Object after `Civitai metadata:`. */
  extra?: unknown;
  [key: string]: unknown;
}

export interface CivitaiResource {
  readonly type: string;
  readonly name?: string;
  readonly hash?: string;
  readonly weight?: number;
  readonly modelVersionId?: number;
}

const RENAMED: Readonly<Record<string, string>> = {
  Steps: 'steps',
  Sampler: 'sampler',
  'CFG scale': 'cfgScale',
  Seed: 'seed',
  'Clip skip': 'clipSkip',
  'Denoising strength': 'denoise',
};
/** How ExifTool prints the field; it also turns line feeds into full stops. */
const EXIF_LABEL = /^Parameters\s*:\s*/;
const JSON_KEYS = ['Civitai resources', 'Civitai metadata', 'Hashes'];
const NETWORK = /<(lora|hypernet):([a-zA-Z0-9_.-]+):([0-9.]+)>/g;
const ADDITIONAL_NETWORK = /^(.*)\(([0-9a-fA-F]+)\)$/;

/**
 * Reads an infotext as Civitai does: the parameters begin at the last `Steps: ` however the lines are broken, and JSON
 * values may stand unquoted in the line.
 */
export function readCivitaiInfotext(text: string): CivitaiMetadata {
  const isExif = EXIF_LABEL.test(text);
  const body = text.replace(EXIF_LABEL, '');
  const at = body.lastIndexOf('Steps: ');
  const prompts = at < 0 ? body : body.slice(0, at);
  const metadata: CivitaiMetadata = { ...splitPrompts(prompts, isExif), resources: [] };
  const fields = at < 0 ? new Map<string, unknown>() : readFields(body.slice(at));
  for (const [key, value] of fields) addField(metadata, key, value);
  metadata.resources.push(...promptResources(metadata.prompt), ...additionalNetworks(fields));
  return metadata;
}

function splitPrompts(text: string, isExif: boolean): { prompt: string; negativePrompt: string } {
  const [first = '', ...rest] = text.split('Negative prompt:');
  const clean = (part: string): string => {
    const trimmed = part.trim();
    return isExif ? trimmed.replace(/[\s.,]*\.$/, '').trim() : trimmed;
  };
  if (isExif || rest.length > 0)
    return { prompt: clean(first), negativePrompt: clean(rest.join('Negative prompt:')) };
  const { prompt, negativePrompt } = parseInfotext(text);
  return { prompt, negativePrompt };
}

/** Pairs of the parameter line; JSON values are cut out first, they hold commas of their own. */
function readFields(line: string): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  let rest = line;
  for (const key of JSON_KEYS) {
    const at = rest.indexOf(`${key}: `);
    if (at < 0) continue;
    const start = at + key.length + 2;
    const end = jsonEnd(rest, start);
    if (end < 0) continue;
    try {
      fields.set(key, JSON.parse(rest.slice(start, end)));
    } catch {
      continue;
    }
    rest = rest.slice(0, at) + rest.slice(end);
  }
  for (const [, key, value] of rest.matchAll(/\s*([^:,]+):\s*("(?:\\.|[^"\\])+"|[^,]*)(?:,|$)/g))
    if (key !== undefined && value !== undefined) fields.set(key.trim(), unquoteValue(value.trim()));
  return fields;
}

/** End of the JSON object or array at `start`, or -1. */
function jsonEnd(text: string, start: number): number {
  if (text[start] !== '{' && text[start] !== '[') return -1;
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') {
      depth--;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

function addField(metadata: CivitaiMetadata, key: string, value: unknown): void {
  if (key === 'Size' && typeof value === 'string') {
    const [width, height] = value.split('x').map(Number);
    if (width !== undefined && height !== undefined) Object.assign(metadata, { width, height });
  } else if (key === 'Civitai metadata') metadata.extra = value;
  else if (key === 'Civitai resources' && Array.isArray(value))
    metadata.civitaiResources = value.map(readResource);
  else if (key === 'Hashes') metadata.hashes = value;
  else metadata[RENAMED[key] ?? key] = value;
}

/** `urn:air:sdxl:lora:civitai:12@34` names type, model and version at once. */
function readResource(resource: unknown): CivitaiResource {
  const { type, modelVersionId, weight, air } = (resource ?? {}) as Record<string, unknown>;
  const named = typeof air === 'string' ? /^urn:air:[^:]*:([^:]*):civitai:\d+@(\d+)/.exec(air) : null;
  const version = named === null ? modelVersionId : Number(named[2]);
  return {
    type: named?.[1] ?? (typeof type === 'string' ? type : 'model'),
    ...(typeof version === 'number' ? { modelVersionId: version } : {}),
    ...(typeof weight === 'number' ? { weight } : {}),
  };
}

function promptResources(prompt: string): CivitaiResource[] {
  return [...prompt.matchAll(NETWORK)].map(([, type = '', name = '', weight = '']) => ({
    type,
    name,
    weight: Number(weight),
  }));
}

/** The fields of the Additional Networks extension: `AddNet Model 1: name(hash)`, `AddNet Weight A 1: 0.8`. */
function additionalNetworks(fields: ReadonlyMap<string, unknown>): CivitaiResource[] {
  const found: CivitaiResource[] = [];
  for (const [key, value] of fields) {
    const index = /^AddNet Model (\d+)$/.exec(key)?.[1];
    if (index === undefined || typeof value !== 'string') continue;
    const named = ADDITIONAL_NETWORK.exec(value);
    const weight = fields.get(`AddNet Weight A ${index}`);
    const type = fields.get(`AddNet Module ${index}`);
    found.push({
      type: typeof type === 'string' ? type.toLowerCase() : 'lora',
      name: named?.[1] ?? value,
      ...(named?.[2] === undefined ? {} : { hash: named[2] }),
      ...(typeof weight === 'string' && weight !== '' ? { weight: Number(weight) } : {}),
    });
  }
  return found;
}
