import type { Range } from '../../shared/range';
import type { ResolvedBlock } from '../analysis/resolved';
import type { Environment } from '../environment';
import type { Block, Document } from '../syntax/nodes';
import type { PromptView } from './view/prompts';

export type Severity = 'error' | 'warning' | 'info' | 'hint';

/**
 * One lint rule: one file, one object, no state. It sees plain data and reports plain data; a rule that throws costs
 * one finding, never the run.
 */
export interface Rule<Options = Record<string, unknown>> {
  /** kebab-case, never reused for another meaning. */
  readonly id: string;
  readonly aliases?: readonly string[];
  /** One line, present tense: what the rule finds. */
  readonly description: string;
  readonly tags: readonly RuleTag[];
  readonly severity: Severity;
  readonly fixable: 'safe' | 'unsafe' | 'both' | 'no';
  /** JSON schema of the options, `properties` with `default` and `description`. */
  readonly options?: Readonly<Record<string, unknown>>;
  check(context: RuleContext, options: Options, report: (finding: RuleFinding) => void): void;
}

export type RuleTag =
  | 'syntax'
  | 'lora'
  | 'weight'
  | 'schedule'
  | 'parameters'
  | 'style'
  | 'portability'
  | 'repository';

/** A block in the tree and as the web UI resolves it. */
export interface RuleBlock {
  readonly tree: Block;
  readonly resolved: ResolvedBlock;
  /** The positive prompt and, if it is written, the negative one. */
  readonly prompts: readonly PromptView[];
}

export interface RuleContext {
  readonly document: Document;
  readonly blocks: readonly RuleBlock[];
  /** Every prompt of the document, in order. */
  readonly prompts: readonly PromptView[];
  readonly environment: Environment;
}

/** What a rule reports; `run.ts` adds the id and the configured severity. */
export interface RuleFinding {
  readonly range: Range;
  /** What will happen, why, and what to write instead, in at most two sentences. */
  readonly message: string;
  /** Overrides the rule's default for this finding (configuration still wins). */
  readonly severity?: Severity;
  readonly fixes?: readonly Fix[];
  readonly related?: readonly { readonly range: Range; readonly message: string }[];
  /** `unnecessary` text is shown faded. */
  readonly unnecessary?: boolean;
}

/** Edits as data; one function applies them. Edits of one fix do not overlap. */
export interface Fix {
  readonly title: string;
  /** A safe fix keeps the picture the same or does what the writer plainly meant. */
  readonly safe: boolean;
  readonly edits: readonly TextEdit[];
}

export interface TextEdit {
  readonly range: Range;
  readonly newText: string;
}

export interface Finding extends Omit<RuleFinding, 'severity'> {
  readonly ruleId: string;
  readonly severity: Severity;
}

/**
 * Configured level by rule id: `on` keeps the rule's own severities, a severity replaces them all, `off` silences
 * the rule; with options as a pair.
 */
export type RuleLevel =
  | Severity
  | 'on'
  | 'off'
  | readonly [Severity | 'on' | 'off', Readonly<Record<string, unknown>>];
export type RuleSettings = Readonly<Record<string, RuleLevel>>;
