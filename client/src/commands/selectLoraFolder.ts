import * as vscode from 'vscode';
import type { Services } from '../services';
import { addFolder } from '../settings';

/** Adds a folder to the ones searched for LoRA files. */
export const selectLoraFolder = (_services: Services) => async (): Promise<string | undefined> => {
  const [folder] =
    (await vscode.window.showOpenDialog({
      title: 'Choose a folder with LoRA files',
      openLabel: 'Add Folder',
      canSelectFolders: true,
      canSelectFiles: false,
    })) ?? [];
  if (folder === undefined) return undefined;
  await addFolder('loraPaths', folder.fsPath);
  return folder.fsPath;
};
