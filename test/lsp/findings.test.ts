import { expect, it } from 'vitest';
import type { CodeAction } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { createProject } from '../../server/src/workspace/project';
import { CONFIG, codes, describeServer } from './describeServer';
import { DEMO_MODEL } from './harness';
import { loraFile } from './workspaceFolder';

describeServer('the findings', ({ start }) => {
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
});
