import * as vscode from 'vscode';
import type { GenerationOutcome } from '../generation/run';
import type { Services } from '../services';
import { placeOf } from './place';

/**
 * Generates the block at a place: the arguments of a CodeLens (`uri`, `{line, character}`), the editor whose title bar
 * was used (`uri`), or the cursor. Resolves with the outcome.
 */
export const generatePreview =
  (services: Services) =>
  async (uri?: unknown, position?: unknown): Promise<GenerationOutcome | undefined> => {
    const place = await placeOf(uri, position);
    if (place === undefined) {
      void vscode.window.showInformationMessage(
        'Open a .sdprompt file and put the cursor into a prompt first.',
      );
      return undefined;
    }
    return services.generate(place);
  };
