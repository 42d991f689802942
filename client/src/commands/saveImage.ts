import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Services } from '../services';

/** Copies the shown picture, parameters inside, to where the user says. */
export const saveImage = (services: Services) => async (): Promise<vscode.Uri | undefined> => {
  const image = services.panel.state.image;
  if (image === undefined) {
    void vscode.window.showInformationMessage('There is no picture to save yet: generate one first.');
    return undefined;
  }
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(path.dirname(image.src));
  const chosen = await vscode.window.showSaveDialog({
    title: 'Save the picture',
    defaultUri: vscode.Uri.joinPath(folder, path.basename(image.src)),
    filters: { Picture: [path.extname(image.src).slice(1) || 'png'] },
  });
  if (chosen === undefined) return undefined;
  try {
    await vscode.workspace.fs.copy(vscode.Uri.file(image.src), chosen, { overwrite: true });
    return chosen;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(`The picture could not be saved to ${chosen.fsPath}: ${reason}`);
    return undefined;
  }
};
