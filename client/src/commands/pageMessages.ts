import * as vscode from 'vscode';
import { isProblemActionId, type ProblemActionId } from '../generation/problemActions';
import { newSeed } from '../generation/seed';
import type { Services } from '../services';
import { setBaseModel } from '../settings';
import { handleDrop } from './dropOnPage';

const BUILT_IN_MODEL = 'demo';

/** Answers the page's buttons. */
export function handleMessages(services: Services): vscode.Disposable {
  const { panel } = services;
  return panel.onMessage((message) => {
    switch (message.type) {
      case 'ready':
        return;
      case 'generate':
        return void generateAgain(services, message.seed);
      case 'cancel':
        return services.cancel();
      case 'save':
        return void vscode.commands.executeCommand('sdprompt.saveImage');
      case 'copyInfotext':
        return void copy(panel.state.image?.infotext);
      case 'copySeed':
        return void copy(panel.state.image?.seed.toString());
      case 'drop':
        return void handleDrop(services, message).catch((error: unknown) => {
          services.log.error(`The dropped picture could not be taken: ${String(error)}`);
          void vscode.window.showErrorMessage('The dropped picture could not be taken. The log says why.');
        });
      case 'action':
        if (isProblemActionId(message.id)) void act(services, message.id);
    }
  });
}

/** Makes the shown picture's block again: with the block's own seed, the picture's, or a new one. */
export async function generateAgain(services: Services, seed: 'block' | 'same' | 'new'): Promise<unknown> {
  const { panel } = services;
  const place = panel.requested;
  if (place === undefined) return vscode.commands.executeCommand('sdprompt.generatePreview');
  try {
    // The document may have been closed, or the window reloaded, since the picture was made.
    await vscode.workspace.openTextDocument(vscode.Uri.parse(place.uri));
  } catch {
    const problem = {
      code: 'document-gone',
      message: `The prompt ${place.uri} cannot be opened any more.`,
      remedy:
        'Open another prompt and generate from there. The parameters of the picture hold the whole prompt.',
    };
    panel.dispatch({ type: 'failed', problem, actions: [] });
    return undefined;
  }
  const shown = panel.state.image?.seed;
  return services.generate({
    uri: place.uri,
    position: { line: place.line, character: 0 },
    ...(seed === 'new' && { seed: newSeed() }),
    ...(seed === 'same' && shown !== undefined && { seed: shown }),
  });
}

async function act(services: Services, id: ProblemActionId): Promise<unknown> {
  const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(command, ...args);
  switch (id) {
    case 'useBuiltInModel': {
      const place = services.panel.requested;
      if (place === undefined) return setBaseModel(BUILT_IN_MODEL);
      return services.generate({
        uri: place.uri,
        position: { line: place.line, character: 0 },
        model: BUILT_IN_MODEL,
      });
    }
    case 'chooseModelFolder':
      return run('sdprompt.chooseModelFolder');
    case 'selectLoraFolder':
      return run('sdprompt.selectLoraFolder');
    case 'manageTrust':
      return run('workbench.trust.manage');
    case 'openSettings':
      return run('workbench.action.openSettings', 'sdprompt');
    case 'restartEngine':
      return run('sdprompt.restartEngine');
    case 'restartServer':
      return run('sdprompt.restartServer');
    case 'retry':
      return generateAgain(services, 'block');
    case 'showLog':
      return run('sdprompt.showLog');
  }
}

async function copy(text: string | undefined): Promise<void> {
  if (text !== undefined) await vscode.env.clipboard.writeText(text);
}
