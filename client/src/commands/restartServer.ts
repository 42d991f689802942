import * as vscode from 'vscode';
import type { Services } from '../services';

/** Restarts the language server, also after it gave up following repeated crashes. */
export const restartServer = (services: Services) => async (): Promise<void> => {
  const { client, log } = services;
  try {
    if (client.isRunning()) await client.restart();
    else await client.start();
    log.info('The language server was restarted.');
  } catch (error) {
    log.error(`The language server did not start: ${String(error)}`);
    const show = 'Show Log';
    void vscode.window
      .showErrorMessage('The SD Prompt language server did not start.', show)
      .then((answer) => answer === show && log.show());
  }
};
