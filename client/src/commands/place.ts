import * as vscode from 'vscode';

export interface Place {
  readonly uri: string;
  readonly position: { readonly line: number; readonly character: number };
}

/** The place a command was called for. Arguments come from menus, lenses and other people's code: none is believed. */
export async function placeOf(uri: unknown, position: unknown): Promise<Place | undefined> {
  const active = vscode.window.activeTextEditor;
  const wanted =
    uri instanceof vscode.Uri ? uri : typeof uri === 'string' ? vscode.Uri.parse(uri) : undefined;
  if (wanted === undefined) return active && promptEditor(active) ? cursorOf(active) : visiblePrompt();
  const document = await vscode.workspace.openTextDocument(wanted);
  if (isPosition(position)) {
    return { uri: document.uri.toString(), position: { line: position.line, character: position.character } };
  }
  const key = document.uri.toString();
  const editors = active ? [active, ...vscode.window.visibleTextEditors] : vscode.window.visibleTextEditors;
  const editor = editors.find((candidate) => candidate.document.uri.toString() === key);
  return editor ? cursorOf(editor) : { uri: key, position: { line: 0, character: 0 } };
}

/** The prompt beside the panel, when the panel or the log has the focus. */
function visiblePrompt(): Place | undefined {
  const editor = vscode.window.visibleTextEditors.find(promptEditor);
  return editor && cursorOf(editor);
}

function promptEditor(editor: vscode.TextEditor): boolean {
  return editor.document.languageId === 'sdprompt';
}

function cursorOf(editor: vscode.TextEditor): Place {
  const { line, character } = editor.selection.active;
  return { uri: editor.document.uri.toString(), position: { line, character } };
}

function isPosition(value: unknown): value is { line: number; character: number } {
  if (typeof value !== 'object' || value === null) return false;
  const { line, character } = value as { line?: unknown; character?: unknown };
  return Number.isInteger(line) && Number.isInteger(character);
}
