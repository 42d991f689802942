import * as vscode from 'vscode';
import type { Services } from '../services';
import { decreaseWeight, increaseWeight } from './adjustWeight';
import { cancelGeneration } from './cancelGeneration';
import { chooseInitImage } from './chooseInitImage';
import { chooseModelFolder } from './chooseModelFolder';
import { explainRule } from './explainRule';
import { generatePreview } from './generatePreview';
import { generateWithNewSeed } from './generateWithNewSeed';
import { restartEngine } from './restartEngine';
import { restartServer } from './restartServer';
import { saveImage } from './saveImage';
import { selectLoraFolder } from './selectLoraFolder';
import { showLog } from './showLog';
import { showLoraLibrary } from './showLoraLibrary';
import { showPreview } from './showPreview';

/** A command: given the services once, called with whatever its caller passes. */
type Command = (services: Services) => (...args: unknown[]) => unknown;

/** Every command of the manifest, by name without the `sdprompt.`. */
const COMMANDS: Readonly<Record<string, Command>> = {
  generatePreview,
  generateWithNewSeed,
  cancelGeneration,
  showPreview,
  saveImage,
  showLoraLibrary,
  chooseInitImage,
  chooseModelFolder,
  selectLoraFolder,
  increaseWeight,
  decreaseWeight,
  explainRule,
  restartEngine,
  restartServer,
  showLog,
};

/** Registers every command. */
export function registerCommands(services: Services): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(COMMANDS).map(([name, command]) =>
      vscode.commands.registerCommand(`sdprompt.${name}`, command(services)),
    ),
  );
}
