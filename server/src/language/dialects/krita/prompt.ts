import { strip, stripEnd } from '../../text/python';
import { createPythonRandom } from '../dynamic/random';

const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;
const COMMENT = /(?<!\\)#(?![0-9a-fA-F]{6}(?![0-9A-Za-z_])).*/s;

/** Comments as krita-ai-diffusion strips them: `#` to the line's end, but not `\#` and not a colour such as `#ff5733`. */
export function stripKritaComments(prompt: string): string {
  const lines = prompt
    .split(LINE_END)
    .map((line) => stripEnd(line.replace(COMMENT, '').replaceAll('\\#', '#')));
  return strip(lines.join('\n'));
}

/** Merges a prompt into a style; a language other than English is marked for translation. */
export function mergeKritaPrompt(prompt: string, style: string, language = ''): string {
  const marked = language !== '' && prompt !== '' ? `lang:${language} ${prompt} lang:en ` : prompt;
  if (style === '') return marked;
  if (style.includes('{prompt}')) return style.replaceAll('{prompt}', () => marked);
  return marked === '' ? style : `${marked}, ${style}`;
}

const WILDCARD = /\{[^{}]+\|[^{}]+\}/g;
const MAX_ROUNDS = 10;

/** Picks one option of every `{a|b}`, innermost first, with Python's generator for the seed. */
export function evaluateKritaWildcards(text: string, seed: number): string {
  const random = createPythonRandom(seed);
  let result = text;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = result;
    result = before.replace(WILDCARD, (group) => {
      const options = group.split('|');
      return (options[random.below(options.length)] ?? '').replace(/^[{} ]+|[{} ]+$/g, '');
    });
    if (result === before) break;
  }
  return result;
}

export interface KritaLora {
  readonly name: string;
  readonly strength: number;
}

const LORA = /<lora:([^:<>]+)(?::(-?[^:<>]*))?>/gi;

/** Takes the LoRA tags out of a prompt. The first one that cannot be used is an error and nothing is generated. */
export function extractKritaLoras(
  prompt: string,
  files: readonly string[],
  defaultStrength: (name: string) => number | undefined,
): { text: string; loras: KritaLora[] } | { error: string } {
  const loras: KritaLora[] = [];
  for (const [, written = '', weight = ''] of prompt.matchAll(LORA)) {
    const wanted = written.toLowerCase();
    const file = files.find((path) => [fileStem(path), withoutExtension(path)].includes(wanted));
    if (file === undefined) return { error: `LoRA not found: ${wanted}` };
    const name = withoutExtension(file, false).split('/').at(-1) ?? '';
    const strength = weight === '' ? (defaultStrength(name) ?? 1) : Number(strip(weight) || 'x');
    if (Number.isNaN(strength)) return { error: `Invalid LoRA strength for ${wanted}: ${weight}` };
    loras.push({ name, strength });
  }
  return { text: strip(prompt.replace(LORA, '')), loras };
}

function withoutExtension(path: string, lower = true): string {
  const name = path.replaceAll('\\', '/').replace(/\.safetensors$/, '');
  return lower ? name.toLowerCase() : name;
}

function fileStem(path: string): string {
  return withoutExtension(path).split('/').at(-1) ?? '';
}
