import type { IToken } from 'chevrotain';
import type { Range } from '../../shared/range';
import { type BlockLayout, type Gap, layOut } from './blocks';
import { lexPrompt } from './lexer';
import { repeatedNegative, unparsedParameter } from './messages';
import type { Block, Comment, Document } from './nodes';
import { scanParameters } from './parameters';
import { buildPrompt } from './prompt';
import { createReporter, type Reporter, sortErrors } from './reporter';
import { createTokenList, type TokenList } from './tokenList';
import { makeToken, NegativeLabel } from './tokens';

const BOM = 0xfeff;

/**
 * Parses any text into a whole tree with errors; it never throws. Time and memory grow linearly with the text.
 * The tree shows what the writer meant, `analysis/` what the web UI makes of it.
 */
export function parse(text: string): Document {
  const reporter = createReporter();
  const tokens = createTokenList(text);
  const start = text.charCodeAt(0) === BOM ? 1 : 0;
  tokens.add('bom', start);

  const { blocks: layouts, gaps } = layOut(text, start);
  const blocks: Block[] = [];
  let nextGap = 0;
  const addGapsBefore = (offset: number): void => {
    for (; nextGap < gaps.length && gaps[nextGap]!.range.start < offset; nextGap++) {
      addGap(text, gaps[nextGap]!, tokens);
    }
  };
  for (const layout of layouts) {
    addGapsBefore(layout.range.start);
    blocks.push(parseBlock(text, layout, blocks.length, tokens, reporter));
  }
  addGapsBefore(text.length);

  return {
    text,
    blocks,
    errors: sortErrors(reporter.errors),
    get tokens() {
      return tokens.toArray();
    },
  };
}

function parseBlock(
  text: string,
  layout: BlockLayout,
  index: number,
  tokens: TokenList,
  reporter: Reporter,
): Block {
  const lex = (range: Range): IToken[] => {
    const lexed = lexPrompt(text, range);
    tokens.addLexed(lexed);
    return lexed;
  };
  const comments: Comment[] = [];

  const positive = buildPrompt(text, lex(layout.positive), layout.positive.start, reporter);
  append(comments, positive.comments);

  let negative: Block['negative'];
  const [label, ...furtherLabels] = layout.labels;
  if (label !== undefined) {
    const parts: IToken[] = [];
    layout.negatives.forEach((range, part) => {
      const { start, end } = layout.labels[part]!;
      tokens.add('negativeLabel', end);
      if (part > 0) {
        // It ends a run of text and is no part of any item, like a comment.
        parts.push(makeToken(NegativeLabel, text.slice(start, end), start));
        reporter.report('duplicate-negative', repeatedNegative, { start, end });
      }
      append(parts, lex(range));
    });
    const { prompt, comments: more } = buildPrompt(text, parts, label.end, reporter);
    append(comments, more);
    negative = { ...prompt, label, ...(furtherLabels.length > 0 ? { furtherLabels } : {}) };
  }

  const scan = layout.parameters === undefined ? undefined : scanParameters(text, layout.parameters);
  if (scan !== undefined) {
    for (const token of scan.tokens) tokens.add(token.kind, token.range.end);
    append(
      comments,
      scan.comments.map((range) => ({ range })),
    );
    for (const range of scan.unparsed) reporter.report('unparsed-parameter', unparsedParameter, range);
  }
  const parameters = scan?.parameters ?? [];
  const first = parameters[0];
  const last = parameters.at(-1);
  return {
    index,
    range: layout.range,
    positive: positive.prompt,
    ...(negative === undefined ? {} : { negative }),
    parameters,
    ...(first === undefined || last === undefined
      ? {}
      : { parametersRange: { start: first.keyRange.start, end: last.valueRange.end } }),
    comments,
  };
}

/** Like `push(...more)`, which overflows the stack for a long list. */
function append<T>(list: T[], more: readonly T[]): void {
  for (const element of more) list.push(element);
}

function addGap(text: string, { kind, range }: Gap, tokens: TokenList): void {
  if (kind === 'blank') {
    tokens.addLexed(lexPrompt(text, range));
    return;
  }
  let end = range.end;
  while (end > range.start && (text[end - 1] === '\n' || text[end - 1] === '\r')) end--;
  tokens.add('separator', end);
  tokens.add('newline', range.end);
}
