import { writeFileSync } from 'node:fs';
import { copyFile, rename, utimes } from 'node:fs/promises';
import * as path from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type {
  CodeAction,
  CompletionItem,
  CompletionList,
  Diagnostic,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import { checkpointOf } from '../../scripts/checkpoint/convert';
import { encodePng } from '../../server/src/formats/png';
import {
  type AdjustWeightResult,
  type LibraryListResult,
  type LibraryStatusResult,
  Measured,
  type ReadPictureResult,
  type ResolvePlanResult,
} from '../../server/src/shared/lspMessages';
import { createProject } from '../../server/src/workspace/project';
import { type Client, type ConnectOptions, connect, DEMO_MODEL, MODES, removeBundle } from './harness';
import { createFolder, loraFile, type TestFolder } from './workspaceFolder';

afterAll(removeBundle);

describe.each(MODES)('the language server, %s', (mode) => {
  const opened: { client?: Client; folder?: TestFolder }[] = [];

  afterEach(async () => {
    for (const { client, folder } of opened.splice(0)) {
      const errors = client?.errors() ?? [];
      await client?.close();
      await folder?.remove();
      expect(errors).toEqual([]);
    }
  });

  async function start(
    files: Record<string, string | Uint8Array>,
    options: Partial<ConnectOptions> = {},
  ): Promise<{ client: Client; folder: TestFolder }> {
    const folder = await createFolder(files);
    const client = await connect({ mode, folder: folder.path, ...options });
    opened.push({ client, folder });
    return { client, folder };
  }

  const CONFIG = JSON.stringify({
    loraPaths: ['loras'],
    models: { sd15: { architecture: 'sd1' } },
    baseModel: 'sd15',
  });
  const codes = (list: readonly Diagnostic[]) => list.map(({ code }) => code);

  // The process that is shipped would keep it in the user's own cache.
  if (mode === 'in-process')
    it('warns of a stack as soon as it hears what was measured', async () => {
      const hat = path.join(DEMO_MODEL, 'loras', 'hat.safetensors');
      const { client, folder } = await start({ 'sdprompt.config.json': '{ "baseModel": "demo" }' });
      const uri = client.open(folder.file('a.sdprompt'), 'top hat, <lora:hat:1>');
      expect(codes(await client.pullUntil(uri, () => true))).toEqual([]);
      const blocks = [{ block: 'mid_block', ratio: 0.8, touched: 1, modules: 1, change: 8, base: 10 }];
      const loras = [{ name: 'hat', applied: 1, total: 1, reasons: [], ratio: 0.8, blocks }];
      client.notify(Measured, { model: DEMO_MODEL, loras: [hat], measurement: { loras, pairs: [] } });
      await client.pullUntil(uri, (list) => codes(list).includes('overcooked-stack'));
    });

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

  it('reports while typing, and offers the name that was meant', async () => {
    const { client, folder } = await start({
      'sdprompt.config.json': CONFIG,
      'loras/animeoutlineV4_16.safetensors': loraFile(),
    });
    const uri = client.open(folder.file('p.sdprompt'), '😀 a cat,\nb <lora:animeoutlineV4_16:1>');
    await client.pullUntil(uri, (list) => !codes(list).includes('unknown-lora'));
    client.edit(uri, 'animeoutlineV4_16', 'animeoutlinV4_16');
    const [unknown] = (await client.pull(uri)).filter(({ code }) => code === 'unknown-lora');
    expect(unknown?.range).toEqual({ start: { line: 1, character: 8 }, end: { line: 1, character: 24 } });
    expect(unknown?.codeDescription?.href).toMatch(/unknown-lora/);
    const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri },
      range: unknown?.range,
      context: { diagnostics: [unknown] },
    });
    const action = actions.find(({ title }) => title.includes('animeoutlineV4_16'));
    const [edit] = action?.edit?.changes?.[uri] ?? [];
    client.edit(uri, 'animeoutlinV4_16', edit?.newText ?? '');
    expect(codes(await client.pull(uri))).not.toContain('unknown-lora');
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

  it('tells a client that cannot ask, for the version it shows', async () => {
    const { client, folder } = await start({ 'sdprompt.config.json': CONFIG }, { pull: false });
    const uri = client.open(folder.file('p.sdprompt'), 'a <lora:x:0,8>');
    const first = await client.published(uri, ({ diagnostics }) => diagnostics.length > 0);
    expect(codes(first.diagnostics)).toContain('lora-weight');
    client.edit(uri, '<lora:x:0,8>', 'cat');
    const second = await client.published(uri, ({ version }) => version === 2);
    expect(second.diagnostics).toEqual([]);
    client.notify('textDocument/didClose', { textDocument: { uri } });
    await client.published(
      uri,
      ({ version, diagnostics }) => version === undefined && diagnostics.length === 0,
    );
  });

  it('notices a LoRA that appears, and one that goes', async () => {
    const { client, folder } = await start({
      'sdprompt.config.json': CONFIG,
      'loras/other.safetensors': loraFile(),
    });
    const uri = client.open(folder.file('p.sdprompt'), 'a <lora:late:1>');
    await client.pullUntil(uri, (list) => codes(list).includes('unknown-lora'));
    await folder.write('loras/late.safetensors', loraFile());
    await client.pullUntil(uri, (list) => !codes(list).includes('unknown-lora'));
  });

  it('lists a broken file with the reason', async () => {
    const { client, folder } = await start({
      'sdprompt.config.json': CONFIG,
      'loras/good.safetensors': loraFile(),
    });
    // Old enough not to be taken for a download that is still running.
    const past = new Date(Date.now() - 3_600_000);
    const half = await folder.write('cut.tmp', loraFile().subarray(0, 40));
    await utimes(half, past, past);
    await rename(half, folder.file('loras/cut.safetensors'));
    const uri = client.open(folder.file('p.sdprompt'), 'a <lora:cut:1>');
    expect(codes(await client.pullUntil(uri, (list) => codes(list).includes('unreadable-lora')))).toContain(
      'unreadable-lora',
    );
    const { loras } = await client.request<LibraryListResult>('sdprompt/libraryList', null);
    const broken = loras.find(({ name }) => name === 'cut');
    expect(broken?.status).toBe('broken');
    expect(broken?.problem?.message).toBeTruthy();
    const status = await client.request<LibraryStatusResult>('sdprompt/libraryStatus', null);
    expect(status).toMatchObject({ broken: 1, baseModel: 'sd15', scanning: false });
  });

  it('finds what the command line finds, byte for byte', async () => {
    const texts = [
      'a, <lora:anime:1>, <lora:nope:0,8>, (16:9), [word:1.2]\nSteps: 0, Sampler: Eulr, Foo: 1, Size: 511x512',
      '(((a), b\n---\n# sdprompt-disable-next-line unknown-lora\n<lora:nope:1>\n---\nNegative prompt: <lora:anime:1>',
      '1girl，（solo：1.2）, 😀 <lora:sd2:1>, {a|b}, (a BREAK b), #ff0000 dress\nSteps: 20, Model: sd15',
      '\r\na\r\nb AND c :2\r\nSteps: 20, Sampler: DPM++ 2M Karras',
      '<lora:anime:1><lora:anime:0.5>, masterpiece, masterpiece, <LORA:x:1>, <lora:y, \\_',
    ];
    const { client, folder } = await start({
      'sdprompt.config.json': JSON.stringify({
        ...JSON.parse(CONFIG),
        rules: { 'unknown-parameter': 'off' },
        overrides: [{ files: 'p1.sdprompt', rules: { 'lora-in-negative': 'error' } }],
      }),
      'loras/anime.safetensors': loraFile(),
      'loras/sd2.safetensors': loraFile({ width: 1024 }),
    });
    const project = createProject({ trusted: true, builtInModelPath: DEMO_MODEL });
    let total = 0;
    for (const [index, text] of texts.entries()) {
      const file = folder.file(`p${index}.sdprompt`);
      const uri = client.open(file, text);
      const document = TextDocument.create(uri, 'sdprompt', 1, text);
      const expected = (await project.lintText(file, text)).map(({ ruleId, severity, message, range }) => ({
        ruleId,
        severity: ['error', 'warning', 'info', 'hint'].indexOf(severity) + 1,
        message,
        start: document.positionAt(range.start),
        end: document.positionAt(range.end),
      }));
      const shown = (await client.pullUntil(uri, (list) => list.length === expected.length)).map(
        ({ code, severity, message, range }) => ({ ruleId: code, severity, message, ...range }),
      );
      expect(shown).toEqual(expected);
      total += shown.length;
    }
    project.dispose();
    expect(total).toBeGreaterThan(15);
  });

  it('shows a mistake in the configuration in the configuration', async () => {
    const { client, folder } = await start({ 'sdprompt.config.json': '{\n  "loraPath": []\n}' });
    const uri = client.open(folder.file('p.sdprompt'), 'a');
    const config = URI.file(folder.file('sdprompt.config.json')).toString();
    await client.pullUntil(uri, () => true);
    const shown = await client.published(config, ({ diagnostics }) => diagnostics.length === 1);
    expect(shown.diagnostics[0]?.range.start).toEqual({ line: 1, character: 2 });
    await folder.write('sdprompt.config.json', '{}');
    client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: config, type: 2 }] });
    await client.pullUntil(uri, () => true);
    await client.published(config, ({ diagnostics }) => diagnostics.length === 0);
  });

  it('follows a change of the configuration', async () => {
    const { client, folder } = await start({ 'sdprompt.config.json': CONFIG });
    await folder.write('loras/x.safetensors', loraFile());
    const uri = client.open(folder.file('p.sdprompt'), '<lora:nope:1>');
    await client.pullUntil(uri, (list) => codes(list).includes('unknown-lora'));
    const config = await folder.write(
      'sdprompt.config.json',
      JSON.stringify({ ...JSON.parse(CONFIG), rules: { 'unknown-lora': 'off' } }),
    );
    client.notify('workspace/didChangeWatchedFiles', {
      changes: [{ uri: URI.file(config).toString(), type: 2 }],
    });
    await client.pullUntil(uri, (list) => !codes(list).includes('unknown-lora'));
  });

  it('takes paths from the settings of the machine, and their changes', async () => {
    const folder = await createFolder({ 'mine/hat.safetensors': loraFile() });
    opened.push({ folder });
    const { client, folder: workspace } = await start({}, { settings: { loraPaths: [folder.file('mine')] } });
    const uri = client.open(workspace.file('p.sdprompt'), '<lora:hatt:1>');
    await client.pullUntil(uri, (list) => codes(list).includes('unknown-lora'));
    client.settings.loraPaths = [];
    client.notify('workspace/didChangeConfiguration', { settings: null });
    await client.pullUntil(uri, (list) => !codes(list).includes('unknown-lora'));
  });

  it('makes a plan for the built-in model, and none before the workspace is trusted', async () => {
    const { client, folder } = await start({}, { trusted: false });
    const uri = client.open(
      folder.file('p.sdprompt'),
      'a cat\n---\na red house, <lora:lineart:0.8>\nSteps: 4, Seed: 7',
    );
    const params = { uri, position: { line: 2, character: 3 } };
    const refused = await client.request<ResolvePlanResult>('sdprompt/resolvePlan', params);
    expect(refused.ok ? '' : refused.problem.code).toBe('workspace-not-trusted');
    client.notify('sdprompt/trustGranted', {});
    const resolved = await client.request<ResolvePlanResult>('sdprompt/resolvePlan', params);
    if (!resolved.ok) throw new Error(`${resolved.problem.message} ${resolved.problem.remedy}`);
    expect(resolved.block).toMatchObject({ index: 1, startLine: 2, title: 'a red house' });
    expect(resolved.plan.model.path).toBe(DEMO_MODEL);
    expect(resolved.plan.loras).toMatchObject([{ name: 'lineart', te: 0.8, unet: 0.8 }]);
    expect(resolved.plan.parameters).toMatchObject({ seed: 7, steps: 4 });
    const again = await client.request<ResolvePlanResult>('sdprompt/resolvePlan', { ...params, seed: 99 });
    expect(again.ok && again.plan.parameters.seed).toBe(99);
  });

  it('says while it reads a model whole for its hash, unless it only compares', async () => {
    const { client, folder } = await start({
      'sdprompt.config.json': '{"models":{"m":{"path":"m.safetensors"}}}',
    });
    writeFileSync(
      folder.file('m.safetensors'),
      checkpointOf(DEMO_MODEL, { dtype: 'F16', architecture: 'demo' }),
    );
    const labels: string[] = [];
    client.connection.onNotification(
      'sdprompt/planProgress',
      ({ label }: { label: string }) => void labels.push(label),
    );
    const uri = client.open(folder.file('p.sdprompt'), 'a cat\nSteps: 4, Model: m');
    const params = { uri, position: { line: 0, character: 0 } };
    const resolve = (more = {}) =>
      client.request<ResolvePlanResult>('sdprompt/resolvePlan', { ...params, ...more });
    const compared = await resolve({ forComparison: true });
    expect(compared.ok && compared.plan.model.hash).toBeUndefined();
    expect(labels).toEqual([]);
    const resolved = await resolve();
    expect(resolved.ok && resolved.plan.model.hash).toMatch(/^[0-9a-f]{10}$/);
    expect(labels[0]).toBe('Reading m for its hash, once: 0 %');
    expect(labels.at(-1)).toBe('Reading m for its hash, once: 100 %');
  });

  it('reads the prompt of a picture, and none from other files', async () => {
    const { client, folder } = await start({ 'a.txt': 'a cat' });
    const read = (path: string) => client.request<ReadPictureResult>('sdprompt/readPicture', { path });
    const picture = folder.file('made.png');
    const rgb = new Uint8Array(12);
    writeFileSync(
      picture,
      encodePng({ width: 2, height: 2, rgb, text: { parameters: 'a cat\nSteps: 4' } }, deflateSync),
    );
    expect(await read(picture)).toEqual({ block: 'a cat\nSteps: 4' });
    for (const other of ['a.txt', 'gone.png', '']) expect(await read(folder.file(other))).toEqual({});
  });

  it('uses no path of a workspace that is not trusted', async () => {
    const { client, folder } = await start(
      { 'sdprompt.config.json': CONFIG, 'loras/x.safetensors': loraFile() },
      { trusted: false },
    );
    const uri = client.open(folder.file('p.sdprompt'), '<lora:nope:1>');
    await client.pullUntil(uri, () => true);
    const status = await client.request<LibraryStatusResult>('sdprompt/libraryStatus', null);
    expect(status.folders.filter((entry) => entry.startsWith(folder.path))).toEqual([]);
    const list = await client.request<LibraryListResult>('sdprompt/libraryList', null);
    expect(list.loras.map(({ name }) => name)).not.toContain('x');
    client.notify('sdprompt/trustGranted', {});
    await client.pullUntil(uri, (found) => codes(found).includes('unknown-lora'));
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

  it('drops findings of a text that has moved on', async () => {
    const { client, folder } = await start({});
    const uri = client.open(folder.file('p.sdprompt'), '<lora:x:abc>');
    const early = client.pull(uri).catch((error) => error as Error);
    client.edit(uri, 'abc', '1');
    const result = await early;
    // Either the old text was answered before the change came, or the client is told to ask again.
    if (result instanceof Error) expect(result.message).toMatch(/changed/);
    expect(codes(await client.pull(uri))).not.toContain('lora-weight');
  });

  it('works with the built-in LoRAs out of the box', async () => {
    const { client, folder } = await start({});
    await copyFile(path.join(DEMO_MODEL, 'loras/hat.safetensors'), folder.file('copy.safetensors'));
    const uri = client.open(folder.file('p.sdprompt'), 'a <lora:not-installed:1>, <lora:mira:1>');
    const list = await client.pullUntil(uri, () => true);
    expect(codes(list)).not.toContain('unknown-lora');
    const status = await client.request<LibraryStatusResult>('sdprompt/libraryStatus', null);
    expect(status).toMatchObject({ baseModel: 'demo', broken: 0 });
    expect(status.loras).toBeGreaterThanOrEqual(4);
  });
});
