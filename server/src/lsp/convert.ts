import {
  CompletionItemKind,
  CompletionItemTag,
  DiagnosticSeverity,
  DiagnosticTag,
  InsertTextFormat,
  type CompletionItem as LspCompletionItem,
  type Diagnostic as LspDiagnostic,
  type Range as LspRange,
  type TextEdit as LspTextEdit,
  MarkupKind,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { CompletionItem, CompletionKind } from '../language/features/completion';
import { diagnosticOf } from '../language/features/diagnostics';
import type { Finding, Severity, TextEdit } from '../language/rules/rule';
import type { Range } from '../shared/range';
import type { ConfigProblem } from '../workspace/config/configuration';

/** Name under which diagnostics appear. */
export const SOURCE = 'sdprompt';

/** Offsets to lines and UTF-16 columns: the only two directions in which ranges cross the border. */
export function toLspRange(text: TextDocument, range: Range): LspRange {
  return { start: text.positionAt(range.start), end: text.positionAt(range.end) };
}

export function fromLspRange(text: TextDocument, range: LspRange): Range {
  return { start: text.offsetAt(range.start), end: text.offsetAt(range.end) };
}

export function toLspEdit(text: TextDocument, edit: TextEdit): LspTextEdit {
  return { range: toLspRange(text, edit.range), newText: edit.newText };
}

const SEVERITY: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

export function toLspDiagnostic(text: TextDocument, finding: Finding): LspDiagnostic {
  const diagnostic = diagnosticOf(finding);
  return {
    range: toLspRange(text, diagnostic.range),
    severity: SEVERITY[diagnostic.severity],
    code: diagnostic.code,
    codeDescription: { href: diagnostic.href },
    source: SOURCE,
    message: diagnostic.message,
    ...(diagnostic.unnecessary && { tags: [DiagnosticTag.Unnecessary] }),
    ...(diagnostic.related.length > 0 && {
      relatedInformation: diagnostic.related.map(({ range, message }) => ({
        location: { uri: text.uri, range: toLspRange(text, range) },
        message,
      })),
    }),
  };
}

/** A problem of a configuration file, whose text the server does not hold: lines and columns are all there is. */
export function toConfigDiagnostic(problem: ConfigProblem): LspDiagnostic {
  const start = { line: problem.line - 1, character: problem.column - 1 };
  const length = Math.max(1, problem.end - problem.start);
  return {
    range: { start, end: { line: start.line, character: start.character + length } },
    severity: DiagnosticSeverity.Error,
    code: problem.code,
    source: SOURCE,
    message: `${problem.message} ${problem.remedy}`,
  };
}

const COMPLETION_KIND: Readonly<Record<CompletionKind, CompletionItemKind>> = {
  lora: CompletionItemKind.File,
  trigger: CompletionItemKind.Keyword,
  embedding: CompletionItemKind.Reference,
  key: CompletionItemKind.Property,
  value: CompletionItemKind.EnumMember,
  model: CompletionItemKind.Module,
  wildcard: CompletionItemKind.Variable,
  keyword: CompletionItemKind.Keyword,
  weight: CompletionItemKind.Value,
};

/** What a client must say it can do before an item may use it. */
export interface CompletionSupport {
  readonly snippets: boolean;
  readonly labelDetails: boolean;
  readonly tags: boolean;
}

export function toLspCompletion(
  text: TextDocument,
  item: CompletionItem,
  support: CompletionSupport,
): LspCompletionItem {
  const snippet = support.snippets ? item.snippet : undefined;
  return {
    label: item.label,
    kind: COMPLETION_KIND[item.kind],
    ...(item.detail && { detail: item.detail }),
    ...(item.detail && support.labelDetails && { labelDetails: { description: item.detail } }),
    ...(item.documentation && { documentation: { kind: MarkupKind.Markdown, value: item.documentation } }),
    filterText: item.filterText,
    sortText: item.sortText,
    insertTextFormat: snippet === undefined ? InsertTextFormat.PlainText : InsertTextFormat.Snippet,
    textEdit: { range: toLspRange(text, item.range), newText: snippet ?? item.newText },
    ...(item.deprecated && (support.tags ? { tags: [CompletionItemTag.Deprecated] } : { deprecated: true })),
    ...(item.retrigger && { command: { title: '', command: 'editor.action.triggerSuggest' } }),
    ...(item.lora && { data: { uri: text.uri, ...item.lora, offset: item.range.start } }),
  };
}
