import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';

/** Sends the server a request of ours for a command. Undefined, and a word to the user, when it cannot answer. */
export async function ask<Answer>(
  client: LanguageClient,
  method: string,
  params: unknown,
): Promise<Answer | undefined> {
  if (client.isRunning()) {
    try {
      return await client.sendRequest<Answer>(method, params);
    } catch (error) {
      client.error(`${method} failed: ${String(error)}`, undefined, false);
    }
  }
  const restart = 'Restart';
  void vscode.window
    .showWarningMessage('The SD Prompt language server does not answer.', restart)
    .then((answer) => answer === restart && vscode.commands.executeCommand('sdprompt.restartServer'));
  return undefined;
}
