import * as vscode from 'vscode';

/**
 * The status bar item that lasts as long as a run. `sdprompt.generating` is the context key menus ask for, so that
 * Generate and Cancel take each other's place.
 */
export function createGeneratingStatus(): vscode.Disposable & { update(label: string | undefined): void } {
  const item = vscode.window.createStatusBarItem('sdprompt.generating', vscode.StatusBarAlignment.Left, 10);
  item.name = 'SD Prompt: Generation';
  item.command = 'sdprompt.cancelGeneration';
  item.tooltip = 'Generating a preview. Click to cancel.';
  let shown = false;
  return {
    update(label) {
      if (label === undefined) item.hide();
      else {
        item.text = `$(sync~spin) ${label}`;
        item.show();
      }
      if (shown !== (label !== undefined)) {
        shown = label !== undefined;
        void vscode.commands.executeCommand('setContext', 'sdprompt.generating', shown);
      }
    },
    dispose: () => item.dispose(),
  };
}
