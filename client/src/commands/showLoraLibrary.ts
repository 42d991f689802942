import * as vscode from 'vscode';
import { LibraryList, type LibraryListResult } from '../../../server/src/shared/lspMessages';
import { ask } from '../ask';
import { type LoraItem, loraItem } from '../library/loraItem';
import type { Services } from '../services';

type Pick = LoraItem & vscode.QuickPickItem;

const REVEAL: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('folder-opened'),
  tooltip: 'Copy the path of the file',
};

/** Lists what is installed; choosing one writes its tag at the cursor, as completion would. */
export const showLoraLibrary = (services: Services) => async (): Promise<void> => {
  const answer = await ask<LibraryListResult>(services.client, LibraryList, {});
  if (answer === undefined) return;
  const { loras } = answer;
  if (loras.length === 0) {
    const add = 'Add a LoRA Folder…';
    const choice = await vscode.window.showInformationMessage('No LoRA files were found.', add);
    if (choice === add) await vscode.commands.executeCommand('sdprompt.selectLoraFolder');
    return;
  }
  const picker = vscode.window.createQuickPick<Pick>();
  picker.title = `LoRA library: ${loras.length} ${loras.length === 1 ? 'file' : 'files'}`;
  picker.placeholder =
    'Type to search by name, architecture or trigger word; Enter writes the tag at the cursor';
  picker.matchOnDescription = true;
  picker.matchOnDetail = true;
  picker.items = loras.map((facts) => {
    const item = loraItem(facts);
    return { ...item, buttons: item.path === undefined ? [] : [REVEAL] };
  });
  picker.onDidTriggerItemButton(({ item }) => void vscode.env.clipboard.writeText(item.path ?? ''));
  picker.onDidAccept(() => {
    const [chosen] = picker.selectedItems;
    picker.hide();
    if (chosen?.tag !== undefined) void insert(chosen.tag);
  });
  picker.onDidHide(() => picker.dispose());
  picker.show();
};

async function insert(tag: string): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId === 'sdprompt')
    await editor.edit((edit) => edit.replace(editor.selection, tag));
  else await vscode.env.clipboard.writeText(tag);
}
