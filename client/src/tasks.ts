import * as vscode from 'vscode';

/**
 * Offers `sdprompt lint` for every workspace folder as a task, with the problem matcher of the command line's own
 * output. It runs the command line of this extension on the editor's own Node.
 */
export function registerTasks(context: vscode.ExtensionContext): vscode.Disposable {
  const cli = vscode.Uri.joinPath(context.extensionUri, 'dist', 'cli.js').fsPath;
  const taskOf = (folder: vscode.WorkspaceFolder, definition: vscode.TaskDefinition): vscode.Task => {
    const args = Array.isArray(definition.args) ? definition.args.map(String) : [];
    const run = new vscode.ProcessExecution(process.execPath, [cli, 'lint', ...args], {
      cwd: folder.uri.fsPath,
      env: { ELECTRON_RUN_AS_NODE: '1' },
    });
    const task = new vscode.Task(definition, folder, 'lint', 'sdprompt', run, '$sdprompt');
    task.detail = 'Lint every prompt of the folder';
    return task;
  };
  return vscode.tasks.registerTaskProvider('sdprompt', {
    provideTasks: () =>
      (vscode.workspace.workspaceFolders ?? [])
        .filter((folder) => folder.uri.scheme === 'file')
        .map((folder) => taskOf(folder, { type: 'sdprompt' })),
    resolveTask: (task) => {
      const { scope } = task;
      return typeof scope === 'object' ? taskOf(scope, task.definition) : undefined;
    },
  });
}
