import type { Range } from '../../shared/range';

/**
 * The tree of a `.sdprompt` document: plain data, one file, incomplete by design. It shows what the writer meant;
 * `analysis/` says what the web UI will make of it. Every node's range lies inside its parent's.
 */
export interface Document {
  readonly text: string;
  readonly blocks: readonly Block[];
  /** Problems of the text itself, in order. A document with errors still has a whole tree. */
  readonly errors: readonly SyntaxError[];
  /** Every token and piece of trivia in order; joined, their texts are the document. Made when first asked for. */
  readonly tokens: readonly Token[];
}

export interface Token {
  readonly kind: TokenKind;
  readonly range: Range;
  /** Set on a `text` token of one full-width bracket, colon, comma or pipe: it looks like syntax and is none. */
  readonly fullWidth?: true;
}

export type TokenKind =
  | 'text'
  | 'escape'
  | 'comma'
  | 'colon'
  | 'pipe'
  | 'number'
  | 'whitespace'
  | 'newline'
  | 'comment'
  | 'roundOpen'
  | 'roundClose'
  | 'squareOpen'
  | 'squareClose'
  | 'tagOpen'
  | 'tagType'
  | 'tagText'
  | 'tagClose'
  | 'break'
  | 'and'
  | 'negativeLabel'
  | 'parameterKey'
  | 'parameterValue'
  | 'separator'
  | 'bom';

export interface SyntaxError {
  /** A rule id of `rules/`, so that the same switch turns it off: `unclosed-tag`, `unbalanced-bracket`, `nesting-too-deep` … */
  readonly code: string;
  readonly message: string;
  readonly range: Range;
}

/** One prompt with its negative and its parameters: what people copy as one piece. */
export interface Block {
  readonly index: number;
  /** Without the separator line. */
  readonly range: Range;
  readonly positive: Prompt;
  /**
   * Present when the block has a `Negative prompt:` line. The web UI joins the texts of further such labels; they are
   * in the same range, and no item covers the labels themselves.
   */
  readonly negative?: Prompt & { readonly label: Range; readonly furtherLabels?: readonly Range[] };
  readonly parameters: readonly Parameter[];
  /** From the first key to the end of the last value. */
  readonly parametersRange?: Range;
  readonly comments: readonly Comment[];
}

export interface Prompt {
  readonly range: Range;
  readonly items: readonly Item[];
}

export type Item = Text | Escape | Group | Schedule | Alternation | Tag | Break | And;

/** A run of words, commas and blanks. */
export interface Text {
  readonly type: 'text';
  readonly range: Range;
}

/** A backslash and the character after it. */
export interface Escape {
  readonly type: 'escape';
  readonly range: Range;
}

/** `( … )`, `[ … ]` or `( … :1.2)`. */
export interface Group {
  readonly type: 'group';
  readonly bracket: 'round' | 'square';
  readonly range: Range;
  readonly items: readonly Item[];
  /** The number as written, after the last colon of a round group. */
  readonly weight?: Weight;
  /** False: the text ended first, and the weight reaches to its end. */
  readonly closed: boolean;
}

export interface Weight {
  readonly range: Range;
  readonly text: string;
  /** NaN when it is not a number. */
  readonly value: number;
}

/** `[from:to:when]`, `[to:when]`, `[from::when]`. */
export interface Schedule {
  readonly type: 'schedule';
  readonly range: Range;
  readonly from?: readonly Item[];
  readonly to: readonly Item[];
  readonly when: Weight;
}

/** `[a|b|…]`; an option may be empty. */
export interface Alternation {
  readonly type: 'alternation';
  readonly range: Range;
  readonly options: readonly (readonly Item[])[];
}

/** `<type:args>`. */
export interface Tag {
  readonly type: 'tag';
  readonly range: Range;
  /** As written. */
  readonly tagType: string;
  readonly tagTypeRange: Range;
  /** The text after the first colon, split at colons. */
  readonly args: readonly TagArgument[];
  readonly closed: boolean;
}

export interface TagArgument {
  readonly range: Range;
  readonly text: string;
  /** Set for `key=value` with exactly one `=`. */
  readonly key?: string;
  readonly value?: string;
}

export interface Break {
  readonly type: 'break';
  readonly range: Range;
}

export interface And {
  readonly type: 'and';
  readonly range: Range;
}

export interface Comment {
  readonly range: Range;
}

/** `Key: value`; the value unquoted if it was quoted. */
export interface Parameter {
  readonly key: string;
  readonly keyRange: Range;
  readonly value: string;
  readonly valueRange: Range;
}
