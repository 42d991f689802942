import { existsSync } from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Services } from '../services';
import { addModel, setBaseModel } from '../settings';

/** Files of which an ONNX pipeline folder has at least one. */
const MARKS = ['model_index.json', path.join('unet', 'model.onnx')];

/** Adds a folder with an ONNX pipeline to the user's models and makes it the base model. */
export const chooseModelFolder = (_services: Services) => async (): Promise<string | undefined> => {
  const [folder] =
    (await vscode.window.showOpenDialog({
      title: 'Choose a folder with a Stable Diffusion model in ONNX format',
      openLabel: 'Use This Model',
      canSelectFolders: true,
      canSelectFiles: false,
    })) ?? [];
  if (folder === undefined) return undefined;
  if (!MARKS.some((mark) => existsSync(path.join(folder.fsPath, mark)))) {
    void vscode.window.showErrorMessage(
      `${folder.fsPath} holds neither model_index.json nor unet/model.onnx. Choose the folder that optimum exported the model to.`,
    );
    return undefined;
  }
  const name = await addModel(path.basename(folder.fsPath), folder.fsPath);
  await setBaseModel(name);
  return name;
};
