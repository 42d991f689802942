import * as vscode from 'vscode';
import { createEngineHost, type EngineHost } from '../../server/src/engines/local/host';
import { engineOptions, nodePath } from './settings';

/** The window's engine process, started with the first picture. */
export interface Engine {
  /** The host to send the next plan to. */
  host(): EngineHost;
  /** Ends the process; the next picture starts a new one with the settings of that moment. */
  restart(): Promise<void>;
}

/** What a running process cannot take over; the other settings go with every job. */
const FIXED = ['sdprompt.engine.nodePath', 'sdprompt.engine.threads'];

/** One engine host per window, so that a second picture finds the model loaded. */
export function createEngine(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Engine {
  const enginePath = vscode.Uri.joinPath(context.extensionUri, 'dist', 'engine.js').fsPath;
  let host: EngineHost | undefined;

  async function restart(): Promise<void> {
    const old = host;
    host = undefined;
    await old?.dispose();
  }

  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (FIXED.some((name) => change.affectsConfiguration(name))) void restart();
    }),
    { dispose: () => void restart() },
  );

  return {
    host() {
      const execPath = nodePath();
      host ??= createEngineHost({
        enginePath,
        options: engineOptions,
        log: (level, message) => log[level](message),
        ...(execPath !== undefined && { execPath }),
      });
      return host;
    },
    restart,
  };
}
