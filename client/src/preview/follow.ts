import * as vscode from 'vscode';
import type { PreviewPanel } from './panel';
import { moveLine, type PreviewTarget } from './target';

/** Long enough not to compare at every key, short enough to look immediate. */
const COMPARE_DELAY_MS = 150;

/** Keeps the shown picture's place in its document up to date, and says when the text has moved on. */
export function followDocument(panel: PreviewPanel, compare: () => void): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  const edits = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
    const uri = document.uri.toString();
    const { target, requested } = panel;
    if (requested?.uri === uri) panel.requested = moved(requested, contentChanges);
    if (target?.uri !== uri) return;
    panel.target = moved(target, contentChanges);
    clearTimeout(timer);
    timer = setTimeout(compare, COMPARE_DELAY_MS);
  });
  return vscode.Disposable.from(edits, { dispose: () => clearTimeout(timer) });
}

function moved(
  target: PreviewTarget,
  changes: readonly vscode.TextDocumentContentChangeEvent[],
): PreviewTarget {
  let { line } = target;
  for (const { range, text } of changes) {
    const newLines = text.split(/\r\n|\r|\n/).length - 1;
    line = moveLine(line, { startLine: range.start.line, endLine: range.end.line, newLines });
  }
  return { ...target, line };
}
