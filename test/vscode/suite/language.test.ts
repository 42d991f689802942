import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { codeOf, diagnosticsOf, EXTENSION, open, replace, until } from './support';

describe('the language', () => {
  it('is activated by opening a prompt', async () => {
    await open('house.sdprompt');
    await until('the extension', () => vscode.extensions.getExtension(EXTENSION)?.isActive);
  });

  for (const [typed, behind] of [
    ['<lora:', ''],
    ['<lora:', '>'],
    ['<lora:linea', '>'],
    ['<', '>'],
  ] as const)
    it(`completes the LoRAs that are installed at ${typed}|${behind}`, async () => {
      const editor = await open('house.sdprompt');
      await replace(editor, 'lineart\n', `lineart ${typed}${behind}\n`);
      const position = new vscode.Position(0, editor.document.lineAt(0).text.length - behind.length);
      const item = await until('the completion of lineart', async () => {
        const list = await vscode.commands.executeCommand<vscode.CompletionList>(
          'vscode.executeCompletionItemProvider',
          editor.document.uri,
          position,
        );
        return list.items.find(
          ({ label }) => (typeof label === 'string' ? label : label.label) === 'lineart',
        );
      });
      assert.match(JSON.stringify(item), /lineart/);
      await vscode.commands.executeCommand('workbench.action.files.revert');
    });

  it('marks a LoRA that is not installed, and fixes it', async () => {
    const { document } = await open('misspelt.sdprompt');
    const diagnostic = await until('the diagnostic', () =>
      diagnosticsOf(document).find((found) => codeOf(found) === 'unknown-lora'),
    );
    assert.match(diagnostic.message, /linart/);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      diagnostic.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const fix = actions.find(({ title }) => /lineart/.test(title));
    assert.ok(fix?.edit, `no fix among ${actions.map(({ title }) => title).join(', ')}`);
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    assert.match(document.getText(), /<lora:lineart/);
    await until('the diagnostic to go', () =>
      diagnosticsOf(document).every((found) => codeOf(found) !== 'unknown-lora'),
    );
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('offers Generate above every block', async () => {
    const { document } = await open('house.sdprompt');
    const lenses = await until('the lenses', async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        document.uri,
        10,
      );
      const ours = found.filter(({ command }) => command?.command === 'sdprompt.generatePreview');
      return ours.length > 0 ? ours : undefined;
    });
    assert.equal(lenses.length, 2);
  });

  it('explains a LoRA on hover', async () => {
    const editor = await open('house.sdprompt');
    await replace(editor, 'lineart\n', 'lineart <lora:mira:0.8>\n');
    const at = editor.document.getText().indexOf('mira');
    const hovers = await until('the hover', async () => {
      const found = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        editor.document.uri,
        editor.document.positionAt(at + 1),
      );
      return found.length > 0 ? found : undefined;
    });
    const words = hovers
      .flatMap(({ contents }) => contents)
      .map((content) => (content as vscode.MarkdownString).value);
    assert.match(words.join('\n'), /mira/);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });
});
