import * as path from 'node:path';
import * as vscode from 'vscode';
import { initImageEdit } from './initImage';

/** Writes a picture into the block at a line, named relative to its document. True when it was written. */
export async function startFrom(document: vscode.Uri, line: number, picture: string): Promise<boolean> {
  const name = path.relative(path.dirname(document.fsPath), picture).split(path.sep).join('/');
  const text = (await vscode.workspace.openTextDocument(document)).getText();
  const place = initImageEdit(text, line, name);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document, new vscode.Range(place.line, place.start, place.line, place.end), place.newText);
  return vscode.workspace.applyEdit(edit);
}
