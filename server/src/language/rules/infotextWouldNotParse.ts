import type { Range } from '../../shared/range';
import type { Block, Document } from '../syntax/nodes';
import { KNOWN_PARAMETER_KEYS } from '../syntax/parameterKeys';
import { countPairs } from '../syntax/parameters';
import { withoutComments } from '../syntax/withoutComments';
import type { Rule, RuleFinding } from './rule';
import {
  footerAfter,
  fullWidthParameters,
  lowerCaseKeys,
  otherKeys,
  otherSeparators,
  promptLabel,
} from './support/infotextSlips';

interface Options {
  readonly strictParameters: boolean;
}

type Report = (finding: RuleFinding) => void;

/** Where the text is read as parameters though it is prompt, or the other way round. */
export const infotextWouldNotParse: Rule<Options> = {
  id: 'infotext-would-not-parse',
  description:
    'A part of the block would not be read back as the prompt, negative prompt or parameters it is.',
  tags: ['parameters'],
  severity: 'warning',
  fixable: 'both',
  options: {
    properties: {
      strictParameters: {
        type: 'boolean',
        default: false,
        description:
          'Also report parameters that only sdprompt reads: fewer than three pairs, or spread over several lines.',
      },
    },
  },
  check(context, options, report) {
    const text = withoutComments(context.document);
    for (const { tree } of context.blocks) {
      checkParameters(tree, context.document, options, report);
      const prompts = tree.negative ? [tree.positive, tree.negative] : [tree.positive];
      for (const prompt of prompts) checkLines(text, prompt.range, tree, report);
      const label = promptLabel(
        text.slice(tree.positive.range.start, tree.positive.range.end),
        tree.positive.range,
      );
      if (label) report(label);
      const { target } = context.environment;
      if (target === 'a1111' || target === 'forge')
        for (const finding of otherKeys(tree, context.document.text)) report(finding);
    }
  },
};

function checkParameters(block: Block, document: Document, options: Options, report: Report): void {
  const { parameters, parametersRange: range } = block;
  if (!range || parameters.length === 0) return;
  const slip = otherSeparators(block, document.text) ?? lowerCaseKeys(block);
  if (slip) {
    report(slip);
    return;
  }
  if (checkSwallowed(block, report)) return;
  if (!parameters.some(({ key }) => KNOWN_PARAMETER_KEYS.has(key) || looksLikeKey(key))) {
    report({
      range,
      message: `A last line with three or more \`word: value\` pairs is taken for parameters, so none of these words reaches the model. End the line before it with a comma and write the words without colons.`,
    });
    return;
  }
  if (!options.strictParameters) return;
  const lines = document.text.slice(range.start, range.end).split(/\r\n|[\r\n]/u).length;
  if (parameters.length < 3 || lines > 1) {
    report({
      range,
      message: `Only one last line with at least three pairs is read as parameters outside sdprompt; ${lines > 1 ? 'these lines' : 'this line'} would be taken for prompt. Write ${lines > 1 ? 'everything on one line' : 'at least three pairs'}.`,
    });
  } else if (!parameters.some(({ key }) => key === 'Steps')) {
    report({
      range,
      message:
        'Without `Steps:` the big sites do not recognise these as generation parameters. Write the steps first.',
    });
  }
}

/**
 * A line that begins with words and a colon and has lost its line breaks: all of it is parameters, and the prompt is a part
 * of their keys. True when that was reported.
 */
function checkSwallowed(block: Block, report: Report): boolean {
  const swallowed = block.parameters.flatMap(({ key, keyRange }) => {
    const [label] = SWALLOWED.exec(key) ?? [];
    const isOwn = label === undefined || KNOWN_PARAMETER_KEYS.has(key);
    // Extensions may have steps of their own.
    if (isOwn || (label.endsWith('Steps') && block.parameters.some((one) => one.key === 'Steps'))) return [];
    return { start: keyRange.end - label.length, label: label.trimStart(), end: keyRange.end };
  });
  const [first] = swallowed;
  if (!first) return false;
  const edits = swallowed.map(({ start, end, label }) => ({ range: { start, end }, newText: `\n${label}` }));
  report({
    range: { start: first.end - first.label.length, end: first.end },
    message: `All of this line is taken for parameters, and the words before \`${first.label}\` for a part of a key: no prompt is left. Begin a new line with \`${first.label}\`.`,
    fixes: [{ title: `Begin a new line with \`${first.label}\``, safe: true, edits }],
  });
  return true;
}

const SWALLOWED = /(?<=\S)[ ]+(?:Negative prompt|Steps)$/u;

/** Keys of extensions: a capital letter at the beginning, as the web UI's own. */
function looksLikeKey(key: string): boolean {
  return /^(?:ADetailer|ControlNet|Dynamic|Regional|Tiled|Ultimate|Lora|LoRA|AddNet|FreeU|Module|Hires|Template|Wildcard)/u.test(
    key,
  );
}

/** With the marks of Markdown around it, and in the words of other languages. */
const LABEL =
  /^[^\S\r\n]*((?:[*_`#>]+[ \t]*)?(?:negative\s*[-_]?\s*prompts?|negative|负面提示词|反向提示词|负向提示词|ネガティブプロンプト|негативный промпт|отрицательный промпт|prompt n[ée]gatif|prompt negativo|negativer prompt|부정 프롬프트)[*_`]*\s*[:：][*_`]*)/gimu;
const NOT_ASCII = /[负反ネнотр부]|prompt n|negativer/iu;
const STEPS_LINE = /^[^\S\r\n]*(Steps:\s*\d+\s*,[^\r\n]*)/gmu;

function checkLines(text: string, range: Range, block: Block, report: Report): void {
  const part = text.slice(range.start, range.end);
  const labels = /negative/iu.test(part) || NOT_ASCII.test(part) ? part.matchAll(LABEL) : [];
  for (const match of labels) {
    const label = match[1] ?? '';
    if (label === 'Negative prompt:') continue;
    const start = range.start + match.index + match[0].length - label.length;
    report({
      range: { start, end: start + label.length },
      message: `Only \`Negative prompt:\`, spelled exactly so, begins the negative prompt: what follows \`${label.trim()}\` is drawn, not avoided. Write \`Negative prompt:\`.`,
      fixes: [
        {
          title: 'Write `Negative prompt:`',
          safe: /prompt|[^\p{ASCII}]/iu.test(label.replace('：', '')),
          edits: [{ range: { start, end: start + label.length }, newText: 'Negative prompt:' }],
        },
      ],
    });
  }
  if (part.includes('Negative prompt:')) checkInlineLabels(part, range, report);
  if (part.includes('：')) for (const finding of fullWidthParameters(part, range)) report(finding);
  if (!part.includes('Steps:')) return;
  checkInlineParameters(text, part, range, report);
  for (const match of part.matchAll(STEPS_LINE)) {
    const line = match[1] ?? '';
    const start = range.start + match.index + match[0].length - line.length;
    const end = start + line.trimEnd().length;
    if (end >= block.range.end || countPairs(text, { start, end }) < 3) continue;
    const footer = footerAfter(text, end, block.range.end);
    if (footer) {
      report(footer);
      continue;
    }
    report({
      range: { start, end },
      message: `Parameters must be the last line of their block: because text follows, this whole line is sent to the model as words. Move it to the end, or separate the blocks with a line of \`---\`.`,
      fixes: [
        {
          title: 'Begin a new block after this line',
          safe: false,
          edits: [{ range: { start: end, end }, newText: '\n---' }],
        },
      ],
    });
  }
}

/** Text and the blanks before a label or parameters that should have begun a line; the comma may be one of a list. */
const INLINE_LABEL = /(?<=\S)[^\S\r\n]*Negative prompt:/gu;
const INLINE_STEPS = /(?<=\S)[^\S\r\n]*(?:,[^\S\r\n]*|[^\S\r\n])Steps:\s*\d+\s*,[^\r\n]*/gu;

/** A text that has lost its line breaks, as many sites show and copy it. */
function checkInlineLabels(part: string, range: Range, report: Report): void {
  for (const match of part.matchAll(INLINE_LABEL)) {
    const start = range.start + match.index;
    const end = start + match[0].length;
    report({
      range: { start: end - 'Negative prompt:'.length, end },
      message:
        'Only at the beginning of a line does `Negative prompt:` begin the negative prompt: what follows here is drawn, not avoided. Begin a new line with it.',
      fixes: [
        {
          title: 'Begin a new line with `Negative prompt:`',
          safe: true,
          edits: [{ range: { start, end }, newText: '\nNegative prompt:' }],
        },
      ],
    });
  }
}

function checkInlineParameters(text: string, part: string, range: Range, report: Report): void {
  for (const match of part.matchAll(INLINE_STEPS)) {
    const from = range.start + match.index;
    const start = from + match[0].indexOf('Steps:');
    const end = from + match[0].trimEnd().length;
    if (countPairs(text, { start, end }) < 3) continue;
    report({
      range: { start, end },
      message:
        'Parameters need a line of their own: here they are sent to the model as words, and a program that takes this line for parameters drops the words before them. Begin a new line with `Steps:`.',
      fixes: [
        {
          title: 'Begin a new line with `Steps:`',
          safe: true,
          edits: [{ range: { start: from, end: start }, newText: '\n' }],
        },
      ],
    });
  }
}
