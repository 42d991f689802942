import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import type { EngineProgress } from '../../../server/src/engines/engine';
import { createSwarmUi } from '../../../server/src/engines/swarmui';
import { answer, pngWith, startFake } from './fakes/server';
import { planFor } from './plans';

const open: { close(): Promise<void> }[] = [];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'sdprompt-swarm-'));
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Parameters of the documentation; anything else is an error here, though the real one skips it. */
const KNOWN = new Set(
  'session_id images prompt negativeprompt model vae steps cfgscale seed width height sampler scheduler clipstopatlayer loras loraweights loratencweights variationseed variationseedstrength initimage initimagecreativity refinermodel refinermethod refinercontrolpercentage refinerupscale refinersteps refinercfgscale donotsave'.split(
    ' ',
  ),
);

/** A SwarmUI written from its documentation; no real one was run. */
async function connect({ error, loses = false }: { error?: string; loses?: boolean } = {}) {
  let sessions = 0;
  const bodies: Record<string, unknown>[] = [];
  const server = await startFake(({ path: route }, response) => {
    if (route === '/API/GetNewSession')
      return answer(response, 200, { session_id: `s${++sessions}`, version: '0.9.7' });
    if (route === '/API/ListT2IParams')
      return answer(response, 200, {
        list: [],
        models: {
          'Stable-Diffusion': ['base/sd15.safetensors'],
          LoRA: ['styles\\ink.safetensors'],
          VAE: [],
          Embedding: [],
        },
      });
    if (route === '/API/ListBackends')
      return answer(response, 200, {
        0: { status: 'running' },
        1: { status: 'running' },
        2: { status: 'errored' },
      });
    if (route === '/API/InterruptAll') return answer(response, 200, { success: true });
    response.writeHead(404).end();
  });
  const ws = new WebSocketServer({ noServer: true });
  server.http.on('upgrade', (request, socket, head) =>
    ws.handleUpgrade(request, socket, head, (one) =>
      one.on('message', (data: Buffer) => {
        const body = JSON.parse(data.toString('utf8'));
        bodies.push(body);
        const unknown = Object.keys(body).find((key) => !KNOWN.has(key));
        if (unknown) return one.send(JSON.stringify({ error: `Unknown parameter ${unknown}` }));
        if (body.session_id === 's1' && error === 'session')
          return one.send(JSON.stringify({ error_id: 'invalid_session_id' }));
        if (error && error !== 'session') return one.send(JSON.stringify({ error }));
        const png = `data:image/png;base64,${pngWith(body.width, body.height).toString('base64')}`;
        one.send(JSON.stringify({ status: { waiting_gens: 1 } }));
        one.send(
          JSON.stringify({
            gen_progress: { batch_index: '0', overall_percent: 0.5, current_percent: 0.1, preview: png },
          }),
        );
        if (loses) return one.terminate();
        one.send(JSON.stringify({ image: { image: png, batch_index: '0', metadata: '{}' } }));
      }),
    ),
  );
  const engine = createSwarmUi({ name: 'swarm', type: 'swarmui', url: server.url }, {});
  open.push({ close: async () => (await engine.dispose(), server.close()) });
  return { engine, server, bodies };
}

const PROMPT = `a [red:blue:0.5] house <lora:ink:0.3:0.8>
Negative prompt: dull
Steps: 4, Sampler: Euler a, CFG scale: 6, Seed: 42, Size: 64x96, Model: sd15`;

async function draw(
  { engine }: Awaited<ReturnType<typeof connect>>,
  onProgress?: (one: EngineProgress) => void,
) {
  const library = await engine.library();
  if (!library.ok) throw new Error(library.problem.message);
  return engine.generate(planFor(library.value, PROMPT), {
    outputPath: path.join(folder, 'a.png'),
    ...(onProgress && { onProgress }),
  });
}

describe('a SwarmUI, from its documentation', () => {
  it('draws with its own names and says how far it is', async () => {
    const both = await connect();
    const seen: EngineProgress[] = [];
    expect(await draw(both, (one) => seen.push(one))).toMatchObject({
      type: 'done',
      result: { width: 64, height: 96, engine: { name: 'swarm', type: 'swarmui', version: '0.9.7' } },
    });
    expect(both.bodies[0]).toMatchObject({
      prompt: 'a <fromto[0.5]:red,blue> house',
      model: 'base/sd15.safetensors',
      sampler: 'euler_ancestral',
      loras: ['styles\\ink.safetensors'],
      loraweights: [0.8],
      loratencweights: [0.3],
      donotsave: true,
    });
    expect(seen.at(-1)).toMatchObject({ phase: 'sample', step: 2, of: 4, overall: 0.5 });
    expect(both.engine.capacity).toBe(2);
  });

  it('opens a new session where the server forgot the old one', async () => {
    const both = await connect({ error: 'session' });
    expect((await draw(both)).type).toBe('done');
    expect(both.bodies.map(({ session_id }) => session_id)).toEqual(['s1', 's2']);
  });

  it('ends with a typed problem', async () => {
    const refused = await connect({ error: 'Invalid model value' });
    expect(await draw(refused)).toMatchObject({ type: 'failed', problem: { code: 'engine-refused' } });
    const lost = await connect({ loses: true });
    expect(await draw(lost)).toMatchObject({ type: 'failed', problem: { code: 'engine-answer-lost' } });
    expect(readdirSync(folder)).toEqual([]);
  });
});
