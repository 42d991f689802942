import * as path from 'node:path';
import { expect, it } from 'vitest';
import { CONFIG, describeServer } from './describeServer';
import { loraFile } from './workspaceFolder';

describeServer('the answers', ({ start }) => {
  it('shows what it knows around a text', async () => {
    const { client, folder } = await start({ 'sdprompt.config.json': '{"loraPaths": ["builtin"]}' });
    const uri = client.open(
      folder.file('p.sdprompt'),
      '((a)), <lora:mira:1>\nNegative prompt: b\n---\nc # d',
    );
    await client.pullUntil(uri, () => true);
    const textDocument = { uri };
    const ask = <T>(method: string, params: object = {}) =>
      client.request<T>(`textDocument/${method}`, { textDocument, ...params });
    const hover = await ask<{ contents: { value: string } }>('hover', {
      position: { line: 0, character: 14 },
    });
    expect(hover.contents.value).toContain('mira');
    expect(hover.contents.value).toMatch(/Training tags, most frequent first: `.+` \d+/);
    expect(hover.contents.value).toContain('](data:image/png;base64,');
    const lenses = await ask<{ command: { command: string; arguments: unknown[] } }[]>('codeLens');
    expect(lenses.map(({ command }) => command)).toMatchObject([
      { command: 'sdprompt.generatePreview', arguments: [uri, { line: 0, character: 0 }] },
      { command: 'sdprompt.generatePreview', arguments: [uri, { line: 3, character: 0 }] },
    ]);
    const links = await ask<{ target: string }[]>('documentLink');
    expect(links.map(({ target }) => path.basename(target))).toEqual(['mira.safetensors']);
    const range = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } };
    expect(await ask<unknown[]>('inlayHint', { range })).toMatchObject([
      { label: '×1.21' },
      { label: '2/75' },
      { label: '1/75' },
      { label: '1/75' },
    ]);
    expect(await ask<unknown[]>('documentSymbol')).toHaveLength(2);
    expect((await ask<unknown[]>('foldingRange')).length).toBeGreaterThan(0);
    expect((await ask<{ data: number[] }>('semanticTokens/full')).data.length % 5).toBe(0);
    expect(await ask<unknown[]>('selectionRange', { positions: [{ line: 0, character: 2 }] })).toHaveLength(
      1,
    );
  });

  it('shows the picture beside a LoRA', async () => {
    const { client, folder } = await start({
      'sdprompt.config.json': CONFIG,
      'loras/hat.safetensors': loraFile(),
    });
    const pixel =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg==';
    await folder.write('loras/hat.preview.png', Buffer.from(pixel, 'base64'));
    const uri = client.open(folder.file('p.sdprompt'), '<lora:hat:1>');
    await client.pullUntil(uri, () => true);
    const hover = await client.request<{ contents: { value: string } }>('textDocument/hover', {
      textDocument: { uri },
      position: { line: 0, character: 8 },
    });
    expect(hover.contents.value).toContain(`data:image/png;base64,${pixel}`);
  });

  it('answers every request once, whatever it is', async () => {
    const { client, folder } = await start({});
    const uri = client.open(folder.file('p.sdprompt'), 'a');
    await expect(client.request('textDocument/nonsense', {})).rejects.toThrow(
      /nonsense|not found|Unhandled/i,
    );
    await expect(
      client.request('textDocument/hover', {
        textDocument: { uri: 'file:///none' },
        position: { line: 0, character: 0 },
      }),
    ).resolves.toBeNull();
    await expect(
      client.request('textDocument/completion', {
        textDocument: { uri },
        position: { line: 99, character: 99 },
      }),
    ).resolves.toBeTruthy();
    await expect(
      client.request('textDocument/hover', {
        textDocument: { uri: 'untitled:U-1' },
        position: { line: 0, character: 0 },
      }),
    ).resolves.toBeNull();
  });
});
