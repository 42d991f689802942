import * as vscode from 'vscode';
import { isRuleId, RULE_PAGES } from '../rulePages';
import type { Services } from '../services';

/** Shows the page of a rule, which is part of the extension; asks for which one when nobody says. */
export const explainRule =
  (services: Services) =>
  async (rule?: unknown): Promise<void> => {
    const folder = vscode.Uri.joinPath(services.context.extensionUri, ...RULE_PAGES);
    const id = isRuleId(rule) ? rule : await chooseRule(folder);
    if (id !== undefined)
      await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.joinPath(folder, `${id}.md`));
  };

async function chooseRule(folder: vscode.Uri): Promise<string | undefined> {
  const names = (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name.replace(/\.md$/, ''));
  return vscode.window.showQuickPick(names.filter(isRuleId).sort(), { placeHolder: 'The rule to explain' });
}
