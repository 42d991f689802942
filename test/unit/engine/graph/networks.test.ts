import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Network } from '../../../../server/src/engine/graph/network';
import { clipText } from '../../../../server/src/engine/graph/networks/clipText';
import { tinyDecoder, tinyEncoder } from '../../../../server/src/engine/graph/networks/taesd';
import { unet } from '../../../../server/src/engine/graph/networks/unet';
import { vaeDecoder, vaeEncoder } from '../../../../server/src/engine/graph/networks/vae';
import { createRuntime, Tensor } from '../../../../server/src/engine/runtime/session';
import { expectClose, golden } from '../golden';
import { temporaryFolder } from '../support';
import { type Storing, store } from './weights';

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Golden {
  readonly network: keyof typeof NETWORKS;
  readonly config: unknown;
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  readonly inputs: Readonly<Record<string, Numbers>>;
  readonly outputs: Readonly<Record<string, Numbers>>;
}

const NETWORKS = { unet, clipText, vaeDecoder, vaeEncoder, tinyDecoder, tinyEncoder };
const NAMES = readdirSync(new URL('../../../golden/graph', import.meta.url)).map((file) => file.slice(0, -5));
const folder = temporaryFolder();
const runtime = createRuntime(1);

async function outputsOf(name: string, storing: Storing): Promise<Record<string, Tensor>> {
  const wanted = golden<Golden>(`graph/${name}.json`);
  const network = NETWORKS[wanted.network] as Network<unknown>;
  const parameters = network.parameters(wanted.config);
  const locate = store(folder, `${name}.${storing.dtype}.${storing.transposed}`, parameters, storing);
  const session = await runtime.open(network.write(wanted.config, locate), folder, 'speed');
  if (!session.ok) throw new Error(session.problem.message);
  const feeds: Record<string, Tensor> = {};
  for (const [input, { shape, data }] of Object.entries(wanted.inputs))
    feeds[input] =
      input === 'input_ids'
        ? new Tensor('int64', BigInt64Array.from(data, BigInt), shape)
        : new Tensor('float32', Float32Array.from(data), shape);
  const outputs = await session.value.run(feeds);
  await session.value.release();
  return outputs;
}

describe.each(NAMES)('%s against torch', (name) => {
  const wanted = golden<Golden>(`graph/${name}.json`);
  const network = NETWORKS[wanted.network] as Network<unknown>;

  it('reads the parameters of the module, each once', () => {
    const parameters = network.parameters(wanted.config);
    const read = Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.shape]));
    expect(parameters.length).toBe(Object.keys(read).length);
    expect(read).toEqual(wanted.parameters);
  });

  it('gives the same numbers', async () => {
    const outputs = await outputsOf(name, { dtype: 'F32' });
    expect(Object.keys(outputs).sort()).toEqual(Object.keys(wanted.outputs).sort());
    for (const [output, { shape, data }] of Object.entries(wanted.outputs)) {
      expect(outputs[output]!.dims, output).toEqual(shape);
      expectClose(outputs[output]!.data as Float32Array, data, 1e-5, output);
    }
  });

  it('gives nearly the same from weights of half precision', async () => {
    const outputs = await outputsOf(name, { dtype: 'F16' });
    for (const [output, { data }] of Object.entries(wanted.outputs))
      expectClose(outputs[output]!.data as Float32Array, data, 1e-2, output);
  });
});

it('reads matrices that are stored transposed', async () => {
  const { outputs: wanted } = golden<Golden>('graph/openclip.json');
  for (const dtype of ['F32', 'F16'] as const) {
    const outputs = await outputsOf('openclip', { dtype, transposed: true });
    const tolerance = dtype === 'F32' ? 1e-5 : 1e-2;
    expectClose(outputs.text_embeds!.data as Float32Array, wanted.text_embeds!.data, tolerance, dtype);
  }
});
