import { expect, it } from 'vitest';
import { URI } from 'vscode-uri';
import type { LibraryListResult, LibraryStatusResult } from '../../server/src/shared/lspMessages';
import { CONFIG, codes, describeServer } from './describeServer';
import { loraFile } from './workspaceFolder';

describeServer('the configuration', ({ makeFolder, start }) => {
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
    const folder = await makeFolder({ 'mine/hat.safetensors': loraFile() });
    const { client, folder: workspace } = await start({}, { settings: { loraPaths: [folder.file('mine')] } });
    const uri = client.open(workspace.file('p.sdprompt'), '<lora:hatt:1>');
    await client.pullUntil(uri, (list) => codes(list).includes('unknown-lora'));
    client.settings.loraPaths = [];
    client.notify('workspace/didChangeConfiguration', { settings: null });
    await client.pullUntil(uri, (list) => !codes(list).includes('unknown-lora'));
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
    expect(list.loras.map(({ file: { name } }) => name)).not.toContain('x');
    client.notify('sdprompt/trustGranted', {});
    await client.pullUntil(uri, (found) => codes(found).includes('unknown-lora'));
  });
});
