import * as vscode from 'vscode';

/** The extension's one output channel. Never shown unasked. */
export function createLog(): vscode.LogOutputChannel {
  return vscode.window.createOutputChannel('SD Prompt', { log: true });
}
