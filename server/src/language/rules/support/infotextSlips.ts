import type { Range } from '../../../shared/range';
import type { Block } from '../../syntax/nodes';
import { KNOWN_PARAMETER_KEYS } from '../../syntax/parameterKeys';
import { asciiDigits } from '../../text/python';
import type { Fix, RuleFinding, TextEdit } from '../rule';

const BY_LOWER: ReadonlyMap<string, string> = new Map(
  [...KNOWN_PARAMETER_KEYS].map((key) => [key.toLowerCase(), key]),
);

const fix = (title: string, edits: readonly TextEdit[], safe = true): Fix => ({ title, safe, edits });

/** Keys of other programs with the web UI's key of the same meaning. */
const OTHER_KEYS: Readonly<Record<string, string>> = {
  cfg: 'CFG scale',
  'guidance scale': 'CFG scale',
  denoise: 'Denoising strength',
  denoising: 'Denoising strength',
  'sampling method': 'Sampler',
  'sampler name': 'Sampler',
  'sampling steps': 'Steps',
  'step count': 'Steps',
  resolution: 'Size',
  dimensions: 'Size',
  'image size': 'Size',
  checkpoint: 'Model',
  'model name': 'Model',
};

/** `CFG: 7`, and `Width: 512, Height: 768`. `text` is the whole document. */
export function* otherKeys(block: Block, text: string): Generator<RuleFinding> {
  const { parameters } = block;
  if (!parameters.some(({ key }) => KNOWN_PARAMETER_KEYS.has(key))) return;
  const present = new Set(parameters.map(({ key }) => key));
  for (const { key, keyRange } of parameters) {
    const lower = key.toLowerCase();
    const meant = Object.hasOwn(OTHER_KEYS, lower) ? OTHER_KEYS[lower] : undefined;
    if (meant === undefined || present.has(meant)) continue;
    yield {
      range: keyRange,
      message: `The web UI has no parameter \`${key}\` and ignores it. It is called \`${meant}\`.`,
      fixes: [fix(`Write \`${meant}\``, [{ range: keyRange, newText: meant }])],
    };
  }
  const width = parameters.find(({ key }) => key.toLowerCase() === 'width');
  const height = parameters.find(({ key }) => key.toLowerCase() === 'height');
  if (!width || !height || present.has('Size') || !/^\d+$/u.test(width.value) || !/^\d+$/u.test(height.value))
    return;
  const [first, second] = width.keyRange.start < height.keyRange.start ? [width, height] : [height, width];
  const size = `Size: ${width.value}x${height.value}`;
  const isNext = /^\s*,\s*$/u.test(text.slice(first.valueRange.end, second.keyRange.start));
  yield {
    range: { start: first.keyRange.start, end: isNext ? second.valueRange.end : first.valueRange.end },
    message: `The web UI has no \`Width\` and \`Height\` and ignores them. Write \`${size}\`.`,
    fixes: isNext
      ? [
          fix(`Write \`${size}\``, [
            { range: { start: first.keyRange.start, end: second.valueRange.end }, newText: size },
          ]),
        ]
      : [],
  };
}

/** `steps: 20, sampler: Euler`: the right keys in the wrong case, of which the web UI reads none. */
export function lowerCaseKeys(block: Block): RuleFinding | undefined {
  const { parameters, parametersRange: range } = block;
  if (!range) return undefined;
  const slips = parameters.flatMap(({ key, keyRange }) => {
    const newText = BY_LOWER.get(key.toLowerCase());
    return newText !== undefined && newText !== key ? [{ range: keyRange, newText }] : [];
  });
  if (slips.length < 2 || slips.length * 2 < parameters.length) return undefined;
  return {
    range,
    message: `The keys of parameters are case-sensitive: as they are written here, the program's own settings count. Write \`${slips[0]?.newText}\`.`,
    fixes: [fix('Write the keys as the web UI does', slips)],
  };
}

/** `Steps: 25 | Seed: 1`: pairs separated by something else than commas. */
export function otherSeparators(block: Block, text: string): RuleFinding | undefined {
  const { parameters, parametersRange: range } = block;
  const first = parameters[0];
  if (!range || !first || !/^\s*\d+\s*[|;/]\s*\w/u.test(first.value) || !KNOWN_PARAMETER_KEYS.has(first.key))
    return undefined;
  const edits: TextEdit[] = [];
  const line = text.slice(range.start, range.end);
  for (const match of line.matchAll(/[ \t]*[|;/][ \t]*(?=\w[\w \-/]*:)/gu)) {
    const start = range.start + match.index;
    edits.push({ range: { start, end: start + match[0].length }, newText: ', ' });
  }
  if (edits.length < 2) return undefined;
  return {
    range,
    message: `Only a comma parts parameters: everything after \`${first.key}:\` is taken for its value. Write commas between the pairs.`,
    fixes: [fix('Write commas between the pairs', edits)],
  };
}

/** Whether `otherSeparators` speaks of this value. */
export function holdsOtherPairs(value: string): boolean {
  return /^\s*\d+\s*[|;/]\s*\w[\w \-/]*:/u.test(value);
}

const WIDE_LINE = /^[^\S\r\n]*(\w[\w \-/]*[:：][^\r\n]*：[^\r\n]*)$/gmu;

/** `Steps：20，Sampler：Euler a`, as a Chinese or Japanese keyboard writes it. */
export function* fullWidthParameters(part: string, range: Range): Generator<RuleFinding> {
  for (const match of part.matchAll(WIDE_LINE)) {
    const line = match[1]?.trimEnd() ?? '';
    const newText = asciiDigits(line)
      .replace(/[：]\s*/gu, ': ')
      .replace(/[，、]\s*/gu, ', ');
    const keys = [...newText.matchAll(/(?:^|, )(\w[\w \-/]*):/gu)].map(([, key]) => key ?? '');
    if (keys.filter((key) => BY_LOWER.has(key.toLowerCase())).length < 2) continue;
    const start = range.start + match.index + match[0].indexOf(line);
    const own = { start, end: start + line.length };
    yield {
      range: own,
      message:
        'Parameters have the narrow `:` and `,`: with the full-width `：` and `，` this line is sent to the model as words. Write the narrow ones.',
      fixes: [fix('Write `:` and `,`', [{ range: own, newText }])],
    };
  }
}

/** What the web UI's page shows below the parameters. */
const FOOTER =
  /^[^\S\r\n]*(?:Time taken:|Torch active\/reserved:|Sys VRAM:|A: [\d.]+ GB, R: |Used embeddings:|GPU (?:active )?\d)/u;

/** The lines below the parameters where all of them are the web page's footer; `end` is the end of the parameters. */
export function footerAfter(text: string, end: number, blockEnd: number): RuleFinding | undefined {
  const rest = text.slice(end, blockEnd);
  const lines = rest.split(/\r\n|[\r\n]/u).filter((line) => line.trim() !== '');
  const first = lines[0];
  if (first === undefined || !lines.every((line) => FOOTER.test(line))) return undefined;
  const start = end + rest.indexOf(first);
  const last = end + rest.trimEnd().length;
  return {
    range: { start, end: last },
    message:
      "This is the footer of the web UI's page. Below it the parameters are not the last line, so they are sent to the model as words. Remove it.",
    fixes: [fix('Remove the footer', [{ range: { start: end, end: last }, newText: '' }])],
  };
}

const MARK = '(?:[*_`#>]+[ \\t]*)?';
const PROMPT_LABEL = new RegExp(
  `^\\s*(${MARK}(?:(?:positive\\s+)?prompts?|positive|parameters|提示词|正向提示词|正面提示词|プロンプト|промпт|prompt positif|prompt positivo|프롬프트)(?:[*_\`]*[:：][*_\`]*[ \\t]*|[*_\`]*[ \\t]*(?:\\r\\n|[\\r\\n])\\s*))`,
  'iu',
);

/** `Prompt:` and `parameters` before the first words: copied along with the prompt. */
export function promptLabel(part: string, range: Range): RuleFinding | undefined {
  const label = PROMPT_LABEL.exec(part.slice(0, 200))?.[1];
  if (label === undefined) return undefined;
  // `positive` and `prompt` alone on a line may be words of the prompt.
  if (!/[:：]/u.test(label) && !/^[*_`#\s]*(?:parameters|prompt)\b/iu.test(label)) return undefined;
  const start = range.start + part.indexOf(label);
  const shown = label.trim();
  return {
    range: { start, end: start + shown.length },
    message: `The prompt has no label: \`${shown}\` is sent to the model as words. Remove it.`,
    fixes: [fix('Remove the label', [{ range: { start, end: start + label.length }, newText: '' }])],
  };
}
