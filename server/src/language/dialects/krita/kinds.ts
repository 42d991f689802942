import { type Kind, objectKind, optionArguments, optionNumber, textKind } from '../kind';
import { editKritaAttention, selectAtCursor } from './attention';
import { writeKritaInfotext } from './infotext';
import { evaluateKritaWildcards, extractKritaLoras, mergeKritaPrompt, stripKritaComments } from './prompt';

/** The text functions of krita-ai-diffusion. */
export const KRITA_KINDS: readonly Kind[] = [
  textKind('krita_strip_prompt_comments', (text) => stripKritaComments(text)),
  textKind('krita_merge_prompt', (text, options) => {
    const [style = '', language = ''] = optionArguments(options);
    return mergeKritaPrompt(text, String(style), String(language));
  }),
  textKind('krita_eval_wildcards', (text, options) =>
    evaluateKritaWildcards(text, optionNumber(options, 'seed') ?? 0),
  ),
  textKind('krita_extract_loras', (text, options) => {
    const files = Array.isArray(options.files) ? options.files.map(String) : [];
    const meta = (options.meta ?? {}) as Record<string, { lora_strength?: number } | undefined>;
    const found = extractKritaLoras(text, files, (name) => meta[name]?.lora_strength);
    if ('error' in found) return found;
    return { text: found.text, loras: found.loras.map(({ name, strength }) => [name, strength]) };
  }),
  textKind('krita_edit_attention', (text, options) => editKritaAttention(text, options.positive !== false)),
  textKind('krita_select_on_cursor_pos', (text, options) =>
    selectAtCursor(text, Number(optionArguments(options)[0] ?? 0)),
  ),
  textKind('krita_char16_len', (text) => text.length),
  // Python counts code points, editors UTF-16 units.
  textKind(
    'krita_char16_index_to_str_index',
    (text, options) => [...text.slice(0, Number(optionArguments(options)[0] ?? 0))].length,
  ),
  textKind(
    'krita_str_index_to_char16_index',
    (text, options) => [...text].slice(0, Number(optionArguments(options)[0] ?? 0)).join('').length,
  ),
  objectKind('krita_infotext_write', (input) => {
    const size = Array.isArray(input.size) ? input.size.map(Number) : [];
    const loras = Array.isArray(input.loras) ? (input.loras as unknown[]) : [];
    return writeKritaInfotext({
      prompt: String(input.prompt ?? ''),
      negativePrompt: String(input.negative_prompt ?? ''),
      sampler: String(input.sampler ?? ''),
      steps: Number(input.steps ?? 0),
      guidance: Number(input.guidance ?? 0),
      checkpoint: String(input.checkpoint ?? 'Unknown'),
      ...(typeof input.strength === 'number' ? { strength: input.strength } : {}),
      seed: Number(input.seed ?? 0),
      width: size[0] ?? 0,
      height: size[1] ?? 0,
      loras: loras.flatMap((lora) => readLora(lora)),
    });
  }),
];

function readLora(lora: unknown): { name: string; weight: number }[] {
  if (Array.isArray(lora)) return [{ name: String(lora[0]), weight: Number(lora[1] ?? 0) }];
  if (typeof lora !== 'object' || lora === null) return [];
  const { name, weight } = lora as { name?: unknown; weight?: unknown };
  return [{ name: String(name), weight: Number(weight ?? 0) }];
}
