import { writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { checkpointOf } from '../../scripts/checkpoint/convert';
import { encodePng } from '../../server/src/formats/png';
import type { ReadPictureResult, ResolvePlanResult } from '../../server/src/shared/lspMessages';
import { describeServer } from './describeServer';
import { DEMO_MODEL } from './harness';

describeServer('the plans and pictures', ({ start }) => {
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
});
