import * as vscode from 'vscode';
import { type LanguageClient, State } from 'vscode-languageclient/node';
import { SuggestFolders, type SuggestFoldersResult } from '../../../server/src/shared/lspMessages';
import { addFolder } from '../settings';
import { type Answers, answered, CHOOSE, NO_ANSWERS, type Question, questionFor, USE } from './suggestion';

const KEY = 'sdprompt.suggestedFolders';

/**
 * Offers LoRA folders of other programs to somebody who has named none: once for each folder, never in a workspace
 * that is not trusted. Nothing in a folder is read before the answer, which goes into the user's settings.
 */
export function offerFolders(
  client: LanguageClient,
  memory: vscode.Memento,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  async function offer(): Promise<void> {
    if (!vscode.workspace.isTrusted || !client.isRunning()) return;
    const answers = memory.get<Answers>(KEY, NO_ANSWERS);
    if (answers.never) return;
    const { folders } = await client.sendRequest<SuggestFoldersResult>(SuggestFolders);
    const question = questionFor(folders, answers);
    if (!question) return;
    // Remembered before it is answered: a second window asks nothing.
    await memory.update(KEY, answered(answers, question, undefined));
    const answer = await vscode.window.showInformationMessage(question.message, ...question.buttons);
    await memory.update(KEY, answered(memory.get<Answers>(KEY, NO_ANSWERS), question, answer));
    const chosen = answer === USE ? question.folders : answer === CHOOSE ? await choose(question) : [];
    for (const { path } of chosen) await addFolder('loraPaths', path);
  }

  const tryOffer = (): void =>
    void offer().catch((error: unknown) => log.debug(`No folders could be offered: ${String(error)}`));
  return vscode.Disposable.from(
    client.onDidChangeState(({ newState }) => newState === State.Running && tryOffer()),
    vscode.workspace.onDidGrantWorkspaceTrust(tryOffer),
  );
}

async function choose({ folders }: Question): Promise<Question['folders']> {
  const items = folders.map((folder) => ({
    label: folder.program,
    description: folder.path,
    folder,
    picked: true,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'LoRA folders to use',
    placeHolder: 'Chosen folders are added to the setting sdprompt.loraPaths.',
    canPickMany: true,
  });
  return (picked ?? []).map(({ folder }) => folder);
}
