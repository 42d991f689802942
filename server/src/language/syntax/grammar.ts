import { EmbeddedActionsParser, type IToken } from 'chevrotain';
import type { Range } from '../../shared/range';
import { buildGroup, buildSquare, buildTag, buildText, buildWeight, itemsOf, type Piece } from './build';
import type { Item, Weight } from './nodes';
import {
  And,
  Break,
  Colon,
  Escape,
  endOf,
  LEXED_TOKENS,
  Pipe,
  RoundClose,
  RoundOpen,
  SquareClose,
  SquareOpen,
  Tag,
  TextRun,
  tagOf,
  WeightColon,
  WeightNumber,
} from './tokens';

/**
 * The grammar of a prompt. It accepts every sequence that `brackets.ts` makes: a closer comes only where something
 * is open, everything else may stand anywhere, and one token always decides. So it never looks ahead, never
 * backtracks and needs no error recovery.
 *
 *     prompt   = content
 *     content  = { TextRun | Colon | Pipe | Escape | Tag | Break | And | round | square }
 *     round    = "(" content [ WeightColon WeightNumber ] [ ")" ]
 *     square   = "[" content [ "]" ]
 *
 * `round` and `square` are written inside `content`: each level of nesting then costs one rule on the stack.
 */
class PromptParser extends EmbeddedActionsParser {
  text = '';
  /** What the innermost `content` has found so far. A field, so that the functions below are made only once. */
  private pieces: Piece[] = [];

  constructor() {
    super([...LEXED_TOKENS, WeightColon, WeightNumber], {
      recoveryEnabled: false,
      maxLookahead: 1,
      skipValidations: true,
    });
    this.performSelfAnalysis();
  }

  private readonly alternatives = [
    { ALT: () => this.pieces.push(buildText(rangeOf(this.CONSUME(TextRun)))) },
    { ALT: () => this.pieces.push({ type: ':', range: rangeOf(this.CONSUME(Colon)) }) },
    { ALT: () => this.pieces.push({ type: '|', range: rangeOf(this.CONSUME(Pipe)) }) },
    { ALT: () => this.pieces.push({ type: 'escape', range: rangeOf(this.CONSUME(Escape)) }) },
    { ALT: () => this.addTag(this.CONSUME(Tag)) },
    { ALT: () => this.pieces.push({ type: 'break', range: rangeOf(this.CONSUME(Break)) }) },
    { ALT: () => this.pieces.push({ type: 'and', range: rangeOf(this.CONSUME(And)) }) },
    { ALT: () => this.addRound() },
    { ALT: () => this.addSquare() },
  ];

  private readonly piece = (): unknown => this.OR(this.alternatives);

  private readonly weight = (): Weight => {
    this.CONSUME(WeightColon);
    const number = this.CONSUME(WeightNumber);
    return this.ACTION(() => buildWeight(number.image, rangeOf(number)));
  };

  private readonly roundEnd = (): number => endOf(this.CONSUME(RoundClose));

  private readonly squareEnd = (): number => endOf(this.CONSUME(SquareClose));

  readonly content = this.RULE('content', (): Piece[] => {
    const outer = this.pieces;
    const pieces: Piece[] = [];
    this.pieces = pieces;
    this.MANY(this.piece);
    this.pieces = outer;
    return pieces;
  });

  private addRound(): void {
    const open = this.CONSUME(RoundOpen);
    const inner = this.SUBRULE(this.content);
    const weight = this.OPTION(this.weight);
    const end = this.OPTION2(this.roundEnd);
    this.ACTION(() => this.pieces.push(buildGroup('round', open.startOffset, inner, weight, end)));
  }

  private addSquare(): void {
    const open = this.CONSUME(SquareOpen);
    const inner = this.SUBRULE2(this.content);
    const end = this.OPTION3(this.squareEnd);
    this.ACTION(() => this.pieces.push(buildSquare(this.text, open.startOffset, inner, end)));
  }

  private addTag(token: IToken): void {
    this.ACTION(() => {
      const { headLength, length, closed } = tagOf(token);
      this.pieces.push(buildTag(this.text, token.startOffset, headLength, length, closed));
    });
  }

  /** Forgets the text and what a parse left behind. */
  clear(): void {
    this.input = [];
    this.text = '';
    this.pieces = [];
  }
}

function rangeOf(token: IToken): Range {
  return { start: token.startOffset, end: endOf(token) };
}

const parser = new PromptParser();

/**
 * Parses what `settleBrackets` made of a prompt. Undefined when the grammar did not take all of it, which only a bug can
 * cause; the caller then shows the prompt as plain text.
 */
export function parseItems(text: string, tokens: readonly IToken[]): readonly Item[] | undefined {
  parser.text = text;
  parser.input = tokens as IToken[];
  const pieces = parser.content();
  const isWhole = parser.errors.length === 0;
  parser.clear();
  return isWhole ? itemsOf(pieces) : undefined;
}
