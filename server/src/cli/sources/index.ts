import path from 'node:path';
import { failure, type Problem, type Result, success } from '../../shared/problem';
import { readPicturePrompt } from '../../workspace/picturePrompt';
import { readStructuredText } from '../../workspace/wildcards';
import { markdownParts } from './markdown';
import { type Part, type Source, wholePart } from './source';
import { stylesFindings, stylesParts } from './styles';
import { wildcardParts, yamlParts } from './wildcards';

export { type Part, rewrite, type Source } from './source';

const PICTURES: ReadonlySet<string> = new Set(['.png', '.jpg', '.jpeg', '.webp', '.gif', '.avif', '.jxl']);
const MARKDOWN: ReadonlySet<string> = new Set(['.md', '.markdown', '.mdx']);

/** Larger files are not prompts; the figure is that of the editor. */
export const MAX_TEXT_BYTES = 8 * 1024 * 1024;

export function isPicture(file: string): boolean {
  return kindOf(file) === 'picture';
}

export type SourceKind = 'prompts' | 'markdown' | 'picture' | 'styles' | 'wildcards' | 'yaml';

/**
 * How a file's bytes are read.
 *
 * @param wildcardFolders absolute paths; a `.txt`, `.yaml` or `.json` file below one of them is a wildcard file
 */
export function kindOf(file: string, wildcardFolders: readonly string[] = []): SourceKind {
  const extension = path.extname(file).toLowerCase();
  if (PICTURES.has(extension)) return 'picture';
  if (MARKDOWN.has(extension)) return 'markdown';
  if (extension === '.csv') return 'styles';
  const isWildcard = wildcardFolders.some((folder) => file.startsWith(folder + path.sep));
  if (!isWildcard) return 'prompts';
  if (extension === '.yaml' || extension === '.yml' || extension === '.json') return 'yaml';
  return extension === '.txt' ? 'wildcards' : 'prompts';
}

/**
 * The prompts in a file's bytes.
 *
 * @param name for messages
 * Errors: `not-utf8`, `file-too-large`.
 */
export function readSource(name: string, bytes: Uint8Array, kind: SourceKind = kindOf(name)): Result<Source> {
  if (kind === 'picture') {
    const prompt = readPicturePrompt(bytes, name);
    const text = prompt.ok ? prompt.value.text : '';
    const parts = text === '' ? [] : [{ text, outer: (offset: number) => offset }];
    return success({ mark: '', text, parts });
  }
  const text = decodeText(name, bytes);
  if (!text.ok) return text;
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? '\ufeff' : '';
  const findings =
    kind === 'yaml'
      ? readStructuredText(path.basename(name), text.value).findings
      : kind === 'styles'
        ? stylesFindings(name, text.value)
        : [];
  return success({
    mark,
    text: text.value,
    parts: PARTS[kind](text.value),
    ...(findings.length > 0 && { findings }),
    ...((kind === 'yaml' || kind === 'wildcards') && { isFragments: true }),
  });
}

const PARTS: Readonly<Record<Exclude<SourceKind, 'picture'>, (text: string) => Part[]>> = {
  prompts: (text) => [wholePart(text)],
  markdown: markdownParts,
  styles: stylesParts,
  wildcards: wildcardParts,
  yaml: yamlParts,
};

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Bytes as UTF-8, without a byte order mark. Anything else is refused rather than shown, and written back, damaged. */
export function decodeText(name: string, bytes: Uint8Array): Result<string> {
  if (bytes.length > MAX_TEXT_BYTES) return tooLarge(name, bytes.length);
  try {
    return success(UTF8.decode(bytes));
  } catch {
    return failure('not-utf8', `${name} is not UTF-8 text.`, 'Save it with the encoding UTF-8.');
  }
}

export function tooLarge(name: string, size: number): { ok: false; problem: Problem } {
  return failure(
    'file-too-large',
    `${name} has ${Math.ceil(size / 1048576)} MB; prompt files end at 8 MB.`,
    'Split the file, or leave it out with "ignore" in sdprompt.config.json.',
  );
}
