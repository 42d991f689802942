import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { createEngineHost } from '../../server/src/engines/local/host';
import { decodePng } from '../../server/src/formats/png';
import type { GenerationResult, ProviderChoice } from '../../server/src/shared/engineProtocol';
import { temporaryFolder } from '../unit/engine/support';
import { buildEngine } from './engineBundle';
import { lora, OPTIONS, planFor } from './support';

/** Debian's Chromium, which the tests of the preview install, brings a graphics processor made of software. */
const CHROMIUM = '/usr/lib/chromium';
const ADAPTER = path.join(CHROMIUM, 'vk_swiftshader_icd.json');
const MINUTES = 5 * 60_000;

const folder = temporaryFolder();

async function render(enginePath: string, provider: ProviderChoice): Promise<GenerationResult> {
  const host = createEngineHost({ enginePath, options: { ...OPTIONS, provider }, log: () => {} });
  try {
    const parameters = { steps: 1, width: 32, height: 32, cfgScale: 1 };
    const plan = planFor({ loras: [lora('lineart', 0, 0.8)], parameters });
    const outcome = await host.generate(plan, { outputPath: path.join(folder, `${provider}.png`) });
    if (outcome.type !== 'done') throw new Error(JSON.stringify(outcome));
    return outcome.result;
  } finally {
    await host.dispose();
  }
}

function pixelsOf({ path: file }: GenerationResult): Uint8Array {
  const decoded = decodePng(readFileSync(file), inflateSync);
  if (!decoded.ok) throw new Error(decoded.problem.message);
  return decoded.value.rgb;
}

describe('WebGPU', () => {
  it('without an adapter falls back to the CPU, and says so', async () => {
    vi.stubEnv('VK_ICD_FILENAMES', path.join(folder, 'nothing.json'));
    const enginePath = await buildEngine('engine-webgpu');
    const { provider, notes } = await render(enginePath, 'webgpu');
    vi.unstubAllEnvs();
    expect([provider, notes?.length]).toEqual(['cpu', 1]);
    expect(notes?.[0]).toMatch(/^WebGPU cannot be used, so the CPU is used: .*adapter/);
  });

  it.runIf(existsSync(ADAPTER))(
    'draws what the CPU draws, with factors beside the weights',
    async () => {
      vi.stubEnv('VK_ICD_FILENAMES', ADAPTER);
      vi.stubEnv('LD_LIBRARY_PATH', CHROMIUM);
      const enginePath = await buildEngine('engine-webgpu');
      const drawn = await render(enginePath, 'webgpu');
      vi.unstubAllEnvs();
      expect(drawn).toMatchObject({ provider: 'webgpu', strategy: { name: 'branches' } });
      const [own, processors] = [pixelsOf(drawn), pixelsOf(await render(enginePath, 'cpu'))];
      expect(own.length).toBe(3 * 32 * 32);
      const furthest = own.reduce((most, value, i) => Math.max(most, Math.abs(value - processors[i]!)), 0);
      expect(furthest).toBeLessThanOrEqual(2);
    },
    MINUTES,
  );
});
