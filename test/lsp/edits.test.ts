import { expect, it } from 'vitest';
import type {
  CodeAction,
  CompletionItem,
  CompletionList,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import type { AdjustWeightResult } from '../../server/src/shared/lspMessages';
import { CONFIG, codes, describeServer } from './describeServer';
import { loraFile } from './workspaceFolder';

describeServer('the edits', ({ start }) => {
  it('completes a LoRA right after `<lora:`, on the first line and on later ones', async () => {
    const { client, folder } = await start({
      'sdprompt.config.json': CONFIG,
      'loras/animeoutlineV4_16.safetensors': loraFile(),
      'loras/soft light v1.5.safetensors': loraFile({ width: 1024 }),
    });
    const marked = ['<lora:|', 'a,\nb <lora:|', 'a\n\n\n<|', 'a\nNegative prompt: b\n---\nc, <lora:anim|, d'];
    for (const [index, text] of marked.entries()) {
      const at = text.indexOf('|');
      const uri = client.open(folder.file(`p${index}.sdprompt`), text.replace('|', ''));
      await client.pullUntil(uri, () => true);
      const document = TextDocument.create(uri, 'sdprompt', 1, client.text(uri));
      const list = await client.request<CompletionList>('textDocument/completion', {
        textDocument: { uri },
        position: document.positionAt(at),
      });
      const item = list.items.find(({ label }) => label === 'animeoutlineV4_16') as CompletionItem;
      expect(item.detail).toBe('sd1, rank 4');
      const plain = { ...(item.textEdit as TextEdit) };
      plain.newText = plain.newText.replace(/\$\{1:1\}/, '1').replace('$0', '');
      expect(TextDocument.applyEdits(document, [plain])).toBe(
        text.replace(/<(lora:(anim)?)?\|/, '<lora:animeoutlineV4_16:1>'),
      );
      const resolved = await client.request<CompletionItem>('completionItem/resolve', item);
      expect(JSON.stringify(resolved.documentation)).toContain('sd15');
      const foreign = list.items.find(({ label }) => label === 'soft light v1.5');
      if (foreign) expect(foreign.tags).toEqual([1]);
    }
  });

  it('fixes everything that is safe in one action, and only when asked for it', async () => {
    const { client, folder } = await start({
      'sdprompt.config.json': CONFIG,
      'loras/x.safetensors': loraFile(),
    });
    const uri = client.open(folder.file('p.sdprompt'), 'a <lora:x:0,8>,\nb （c：1.2）');
    await client.pullUntil(uri, (list) => codes(list).includes('lora-weight'));
    const document = TextDocument.create(uri, 'sdprompt', 1, client.text(uri));
    const ask = (only?: string[]) =>
      client.request<CodeAction[]>('textDocument/codeAction', {
        textDocument: { uri },
        range: { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } },
        context: { diagnostics: [], ...(only && { only }) },
      });
    const [action, ...others] = await ask(['source.fixAll']);
    expect(others).toEqual([]);
    const edits = action?.edit?.changes?.[uri] ?? [];
    expect(TextDocument.applyEdits(document, edits)).toMatch(/^a <lora:x:0\.8>,\nb \(c:1\.2\)$/);
    expect((await ask()).map(({ kind }) => kind)).not.toContain('source.fixAll.sdprompt');
    expect(await ask(['refactor'])).toEqual([]);
  });

  it('renames a LoRA in open files and in files on disk', async () => {
    const { client, folder } = await start({
      'b.sdprompt': 'x\r\n猫 <lora:hat:0.5>',
      'sub/c.sdprompt': '<lora:other:1>',
      'ignored/d.sdprompt': '<lora:hat:1>',
      '.sdpromptignore': 'ignored/',
    });
    const uri = client.open(folder.file('a.sdprompt'), 'a <lora:hat:1>');
    const position = { line: 0, character: 9 };
    const textDocument = { uri };
    const prepared = await client.request('textDocument/prepareRename', { textDocument, position });
    expect(prepared).toMatchObject({ placeholder: 'hat' });
    const edit = await client.request<WorkspaceEdit>('textDocument/rename', {
      textDocument,
      position,
      newName: 'cap',
    });
    const other = URI.file(folder.file('b.sdprompt')).toString();
    expect(Object.keys(edit.changes ?? {})).toEqual([uri, other]);
    expect(edit.changes?.[other]).toEqual([
      { range: { start: { line: 1, character: 8 }, end: { line: 1, character: 11 } }, newText: 'cap' },
    ]);
    await expect(
      client.request('textDocument/rename', { textDocument, position, newName: 'a:b' }),
    ).rejects.toThrow(/cannot hold `:`/);
    const places = await client.request<unknown[]>('textDocument/references', {
      textDocument,
      position,
      context: { includeDeclaration: true },
    });
    expect(places).toHaveLength(2);
  });

  it('formats', async () => {
    const { client, folder } = await start({});
    const uri = client.open(folder.file('p.sdprompt'), 'a ,b,,  c\n\nsteps');
    const options = { tabSize: 2, insertSpaces: true };
    const edits = await client.request<TextEdit[]>('textDocument/formatting', {
      textDocument: { uri },
      options,
    });
    client.replace(uri, edits);
    expect(client.text(uri)).toMatch(/^a, b/);
    expect(await client.request('textDocument/formatting', { textDocument: { uri }, options })).toEqual([]);
  });

  it('raises and lowers a weight, again and again', async () => {
    const { client, folder } = await start({});
    const uri = client.open(folder.file('p.sdprompt'), '猫\na 😀 cat, dog');
    let selection = { start: { line: 1, character: 5 }, end: { line: 1, character: 8 } };
    for (const _press of [1, 2]) {
      const change = await client.request<AdjustWeightResult>('sdprompt/adjustWeight', {
        uri,
        selection,
        direction: 'up',
      });
      if (!change) throw new Error('Nothing to weigh.');
      client.replace(uri, change.edits);
      selection = change.selection;
    }
    expect(client.text(uri)).toBe('猫\na 😀 (cat:1.2), dog');
    expect(
      await client.request('sdprompt/adjustWeight', { uri: 'file:///none', selection, direction: 'up' }),
    ).toBeNull();
  });
});
