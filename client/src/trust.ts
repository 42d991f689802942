import * as vscode from 'vscode';
import type { Problem } from '../../server/src/shared/problem';

/**
 * Why nothing may be generated here, or undefined. Menus hide the commands too, but a command can still be called,
 * so every way to the engine asks this first.
 */
export function refusal(): Problem | undefined {
  if (!vscode.workspace.isTrusted) {
    return {
      code: 'workspace-not-trusted',
      message: 'This window is in Restricted Mode, so no model is loaded and nothing is generated.',
      remedy: 'Trust the folder if you know where it comes from, then generate again.',
    };
  }
  return undefined;
}
