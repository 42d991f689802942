import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { EXTENSION, open, until } from './support';

describe('the extension', () => {
  it('registers every command of its manifest', async () => {
    const extension = vscode.extensions.getExtension(EXTENSION);
    assert.ok(extension);
    await extension.activate();
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = extension.packageJSON.contributes.commands
      .map(({ command }: { command: string }) => command)
      .filter((command: string) => !registered.has(command));
    assert.deepEqual(missing, []);
  });

  it('runs from the package, not from the sources', () => {
    const extension = vscode.extensions.getExtension(EXTENSION);
    assert.ok(extension);
    assert.match(extension.extensionPath, /sdprompt\.sdprompt-\d/);
  });

  it('raises and lowers the weight of the selection', async () => {
    const editor = await open('house.sdprompt');
    const at = editor.document.getText().indexOf('meadow');
    editor.selection = new vscode.Selection(
      editor.document.positionAt(at),
      editor.document.positionAt(at + 'meadow'.length),
    );
    await vscode.commands.executeCommand('sdprompt.increaseWeight');
    await until('the weight', () => editor.document.getText().includes('(meadow:1.1)'));
    await vscode.commands.executeCommand('sdprompt.increaseWeight');
    await until('the weight', () => editor.document.getText().includes('(meadow:1.2)'));
    await vscode.commands.executeCommand('sdprompt.decreaseWeight');
    await vscode.commands.executeCommand('sdprompt.decreaseWeight');
    await until('no weight', () => editor.document.getText().includes('in a meadow,'));
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('offers to lint the folder as a task', async () => {
    const tasks = await vscode.tasks.fetchTasks({ type: 'sdprompt' });
    assert.deepEqual(
      tasks.map(({ name }) => name),
      ['lint'],
    );
  });
});
