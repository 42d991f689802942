import { EmbeddedActionsParser, type IToken, type TokenType } from 'chevrotain';
import type { Range } from '../../shared/range';
import { buildGroup, buildSquare, buildTag, buildText, buildWeight, itemsOf, type Piece } from './build';
import type { Item, Weight } from './nodes';
import type { SettledTokens } from './settledTokens';
import {
  And,
  Break,
  Colon,
  Escape,
  GRAMMAR_TOKENS,
  Pipe,
  RoundClose,
  RoundOpen,
  SquareClose,
  SquareOpen,
  Tag,
  TextRun,
  TOKEN_OF,
  WeightColon,
  WeightNumber,
} from './tokens';

const NONE = new Uint32Array();

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
  private text = '';
  private starts: Uint32Array = NONE;
  private ends: Uint32Array = NONE;
  /** Index of the next token: they are consumed in order, and only their types come from the parser's own input. */
  private next = 0;
  /** What the innermost `content` has found so far. A field, so that the functions below are made only once. */
  private pieces: Piece[] = [];

  constructor() {
    super(GRAMMAR_TOKENS, { recoveryEnabled: false, maxLookahead: 1, skipValidations: true });
    this.performSelfAnalysis();
  }

  private readonly alternatives = [
    { ALT: () => this.pieces.push(buildText(this.take(TextRun))) },
    { ALT: () => this.pieces.push({ type: ':', range: this.take(Colon) }) },
    { ALT: () => this.pieces.push({ type: '|', range: this.take(Pipe) }) },
    { ALT: () => this.pieces.push({ type: 'escape', range: this.take(Escape) }) },
    { ALT: () => this.addTag(this.take(Tag)) },
    { ALT: () => this.pieces.push({ type: 'break', range: this.take(Break) }) },
    { ALT: () => this.pieces.push({ type: 'and', range: this.take(And) }) },
    { ALT: () => this.addRound() },
    { ALT: () => this.addSquare() },
  ];

  private readonly piece = (): unknown => this.OR(this.alternatives);

  private readonly weight = (): Weight => {
    this.take(WeightColon);
    const range = this.take(WeightNumber);
    return buildWeight(this.text.slice(range.start, range.end), range);
  };

  private readonly roundEnd = (): number => this.take(RoundClose).end;

  private readonly squareEnd = (): number => this.take(SquareClose).end;

  readonly content = this.RULE('content', (): Piece[] => {
    const outer = this.pieces;
    const pieces: Piece[] = [];
    this.pieces = pieces;
    this.MANY(this.piece);
    this.pieces = outer;
    return pieces;
  });

  /** Consumes one token and says where it stands. Every type has one place in the grammar, so no index is needed. */
  private take(tokenType: TokenType): Range {
    this.CONSUME(tokenType);
    const index = this.next++;
    return { start: this.starts[index] ?? 0, end: this.ends[index] ?? 0 };
  }

  private addRound(): void {
    const { start } = this.take(RoundOpen);
    const inner = this.SUBRULE(this.content);
    const weight = this.OPTION(this.weight);
    const end = this.OPTION2(this.roundEnd);
    this.ACTION(() => this.pieces.push(buildGroup('round', start, inner, weight, end)));
  }

  private addSquare(): void {
    const { start } = this.take(SquareOpen);
    const inner = this.SUBRULE2(this.content);
    const end = this.OPTION3(this.squareEnd);
    this.ACTION(() => this.pieces.push(buildSquare(this.text, start, inner, end)));
  }

  private addTag(range: Range): void {
    this.ACTION(() => this.pieces.push(buildTag(this.text, range)));
  }

  /** Parses settled tokens; undefined when the grammar did not take all of them. */
  parse(text: string, { kinds, starts, ends, length }: SettledTokens): readonly Item[] | undefined {
    const input: IToken[] = [];
    for (let index = 0; index < length; index++) input.push(TOKEN_OF[kinds[index]!]!);
    this.input = input;
    [this.text, this.starts, this.ends, this.next, this.pieces] = [text, starts, ends, 0, []];
    const pieces = this.content();
    const isWhole = this.errors.length === 0;
    // Forgets the text and what the parse left behind.
    this.input = [];
    [this.text, this.starts, this.ends, this.pieces] = ['', NONE, NONE, []];
    return isWhole ? itemsOf(pieces) : undefined;
  }
}

/** Made at the first prompt: it takes 15 milliseconds, and a lint whose cache answers everything parses none. */
let parser: PromptParser | undefined;

/**
 * Parses what `settleBrackets` made of a prompt. Undefined when the grammar did not take all of it, which only a bug can
 * cause; the caller then shows the prompt as plain text.
 */
export function parseItems(text: string, tokens: SettledTokens): readonly Item[] | undefined {
  parser ??= new PromptParser();
  return parser.parse(text, tokens);
}
