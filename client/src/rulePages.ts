import type * as vscode from 'vscode';

/** Where the pages of the rules lie in the extension. */
export const RULE_PAGES = ['docs', 'rules'] as const;

/** The name of a rule, and so of its page: never a path. */
export function isRuleId(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z]+(-[a-z]+)*$/.test(value);
}

/**
 * Address of a rule's page as VS Code opens it: by a command of this extension, because its pages can be read without a
 * network. The language server gives addresses on the web, which every editor can open.
 */
export function rulePageCommand(id: string): string {
  return `command:sdprompt.explainRule?${encodeURIComponent(JSON.stringify([id]))}`;
}

/** Findings that lead to the pages in the extension; anything that is no finding of a rule stays as it is. */
export function withOwnPages(
  diagnostics: readonly vscode.Diagnostic[],
  parse: (uri: string) => vscode.Uri,
): void {
  for (const diagnostic of diagnostics) {
    const { code } = diagnostic;
    if (typeof code === 'object' && isRuleId(code.value))
      diagnostic.code = { value: code.value, target: parse(rulePageCommand(code.value)) };
  }
}
