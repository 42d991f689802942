import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import type { GenerationOutcome } from '../../../client/src/generation/run';

export const EXTENSION = 'sdprompt.sdprompt';

/** Opens a file of the test workspace in an editor. */
export async function open(name: string): Promise<vscode.TextEditor> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, 'the tests need their workspace');
  const document = await vscode.workspace.openTextDocument(path.join(folder.uri.fsPath, name));
  return vscode.window.showTextDocument(document, vscode.ViewColumn.One);
}

/** Asks again until the answer is right or the test's time is up. */
export async function until<T>(what: string, ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function diagnosticsOf(document: vscode.TextDocument): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(document.uri);
}

/** The id of the rule behind a diagnostic. */
export function codeOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === 'object' ? code.value : code);
}

/** Replaces text by text, as an edit of the user would. */
export async function replace(editor: vscode.TextEditor, from: string, to: string): Promise<void> {
  const at = editor.document.getText().indexOf(from);
  assert.notEqual(at, -1, `"${from}" is not in the document`);
  const range = new vscode.Range(
    editor.document.positionAt(at),
    editor.document.positionAt(at + from.length),
  );
  assert.ok(await editor.edit((edit) => edit.replace(range, to)));
}

/** Runs the Generate command for a line of a document. */
export async function generate(document: vscode.TextDocument, line = 0): Promise<GenerationOutcome> {
  const outcome = await vscode.commands.executeCommand<GenerationOutcome>(
    'sdprompt.generatePreview',
    document.uri.toString(),
    { line, character: 0 },
  );
  assert.ok(outcome, 'the command returned no outcome');
  return outcome;
}

/** The result of a run that must have succeeded. */
export function resultOf(outcome: GenerationOutcome) {
  assert.equal(
    outcome.type,
    'done',
    outcome.type === 'failed' ? JSON.stringify(outcome.problem) : outcome.type,
  );
  assert.ok(outcome.type === 'done');
  return outcome.result;
}
