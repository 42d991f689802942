import type { Range } from '../../shared/range';
import type { Block, Document } from '../syntax/nodes';
import { KNOWN_PARAMETER_KEYS } from '../syntax/parameterKeys';
import { countPairs } from '../syntax/parameters';
import type { Rule, RuleFinding } from './rule';
import { withoutComments } from './support/plainText';

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
    }
  },
};

function checkParameters(block: Block, document: Document, options: Options, report: Report): void {
  const { parameters, parametersRange: range } = block;
  if (!range || parameters.length === 0) return;
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

/** Keys of extensions: a capital letter at the beginning, as the web UI's own. */
function looksLikeKey(key: string): boolean {
  return /^(?:ADetailer|ControlNet|Dynamic|Regional|Tiled|Ultimate|Lora|LoRA|AddNet|FreeU|Module|Hires|Template|Wildcard)/u.test(
    key,
  );
}

const LABEL = /^[^\S\r\n]*(negative\s*[-_]?\s*prompts?\s*[:：]|negative\s*[:：])/gimu;
const STEPS_LINE = /^[^\S\r\n]*(Steps:\s*\d+\s*,[^\r\n]*)/gmu;

function checkLines(text: string, range: Range, block: Block, report: Report): void {
  const part = text.slice(range.start, range.end);
  const labels = part.toLowerCase().includes('negative') ? part.matchAll(LABEL) : [];
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
          safe: /prompt/iu.test(label),
          edits: [{ range: { start, end: start + label.length }, newText: 'Negative prompt:' }],
        },
      ],
    });
  }
  if (!part.includes('Steps:')) return;
  for (const match of part.matchAll(STEPS_LINE)) {
    const line = match[1] ?? '';
    const start = range.start + match.index + match[0].length - line.length;
    const end = start + line.trimEnd().length;
    if (end >= block.range.end || countPairs(text, { start, end }) < 3) continue;
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
