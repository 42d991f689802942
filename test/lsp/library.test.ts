import { copyFile, rename, utimes } from 'node:fs/promises';
import * as path from 'node:path';
import { expect, it } from 'vitest';
import {
  type LibraryListResult,
  type LibraryStatusResult,
  Measured,
  MeasuredBefore,
} from '../../server/src/shared/lspMessages';
import { CONFIG, codes, describeServer } from './describeServer';
import { DEMO_MODEL } from './harness';
import { loraFile } from './workspaceFolder';

describeServer('the library', ({ mode, start }) => {
  // The process that is shipped would keep it in the user's own cache.
  if (mode === 'in-process')
    it('warns of a stack as soon as it hears what was measured', async () => {
      const hat = path.join(DEMO_MODEL, 'loras', 'hat.safetensors');
      const { client, folder } = await start({ 'sdprompt.config.json': '{ "baseModel": "demo" }' });
      const uri = client.open(folder.file('a.sdprompt'), 'top hat, <lora:hat:1>');
      expect(codes(await client.pullUntil(uri, () => true))).toEqual([]);
      const blocks = [{ block: 'mid_block', ratio: 0.8, touched: 1, modules: 1, change: 8, base: 10 }];
      const loras = [{ name: 'hat', applied: 1, total: 1, reasons: [], ratio: 0.8, blocks }];
      const asked = { model: DEMO_MODEL, loras: [hat] };
      expect(await client.request(MeasuredBefore, asked)).toBeNull();
      client.notify(Measured, { ...asked, measurement: { loras, pairs: [] } });
      await client.pullUntil(uri, (list) => codes(list).includes('overcooked-stack'));
      const [{ ratio: _, ...block }] = blocks;
      expect(await client.request(MeasuredBefore, asked)).toEqual({
        loras: [{ blocks: [block] }],
        pairs: [],
      });
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
    const broken = loras.find(({ file: { name } }) => name === 'cut');
    expect(broken?.network.status).toBe('broken');
    expect(broken?.file.problem?.message).toBeTruthy();
    const status = await client.request<LibraryStatusResult>('sdprompt/libraryStatus', null);
    expect(status).toMatchObject({ broken: 1, baseModel: 'sd15', scanning: false });
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
