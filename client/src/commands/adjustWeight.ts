import * as vscode from 'vscode';
import { AdjustWeight, type AdjustWeightResult, type TextSpan } from '../../../server/src/shared/lspMessages';
import { ask } from '../ask';
import type { Services } from '../services';

/** Raises or lowers the weight of the selection or of the word at the cursor by a step. */
const adjustWeight = (direction: 'up' | 'down') => (services: Services) => async (): Promise<void> => {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== 'sdprompt') return;
  const version = editor.document.version;
  const { client } = services;
  const result = await ask<AdjustWeightResult>(client, AdjustWeight, {
    uri: editor.document.uri.toString(),
    selection: client.code2ProtocolConverter.asRange(editor.selection),
    direction,
  });
  // An answer about an older text would land in the wrong place.
  if (!result || editor.document.version !== version) return;
  const done = await editor.edit((edit) => {
    for (const { range, newText } of result.edits) edit.replace(toRange(range), newText);
  });
  if (done) {
    const { start, end } = toRange(result.selection);
    editor.selection = new vscode.Selection(start, end);
  }
};

export const increaseWeight = adjustWeight('up');
export const decreaseWeight = adjustWeight('down');

function toRange({ start, end }: TextSpan): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
