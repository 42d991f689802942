import type { EngineDefinition, ServerLibrary, ServerLora } from '../../shared/engines';
import { failure, type Result, success } from '../../shared/problem';
import type { HttpClient } from '../http/client';
import { asArray, asNumber, asObject, asText, stemOf, textsOf } from '../json';
import { COMFY_SAMPLERS } from './samplers';

/** Node classes that a graph uses only where the server has them. */
const OPTIONAL_NODES = ['ManualSigmas', 'PCTextEncode'] as const;
/** Metadata of LoRAs asked for at once. */
const AT_ONCE = 8;
/** Files whose header is read; a library of tens of thousands is used by name. */
const MAX_HEADERS = 2000;
const SCHEDULES = [
  'Automatic',
  'Karras',
  'Exponential',
  'Uniform',
  'SGM Uniform',
  'Simple',
  'Normal',
  'Beta',
  'Polyexponential',
  'KL Optimal',
  'Align Your Steps',
  'DDIM',
];
const UPSCALERS = [
  'Latent',
  'Latent (antialiased)',
  'Latent (bicubic)',
  'Latent (bicubic antialiased)',
  'Latent (nearest)',
  'Latent (nearest-exact)',
  'Lanczos',
];

/** Reads what a ComfyUI has. Fails where something else answers at the address. */
export async function readComfyUi(
  definition: EngineDefinition,
  http: HttpClient,
): Promise<Result<ServerLibrary>> {
  const stats = await http.json('/system_stats');
  if (!stats.ok) return stats.problem.code === 'engine-not-found' ? notComfyUi(http.url) : stats;
  const system = asObject(asObject(stats.value)?.system);
  if (system === undefined) return notComfyUi(http.url);
  const list = async (path: string) => {
    const answer = await http.json(path);
    return answer.ok ? textsOf(answer.value) : [];
  };
  const [checkpoints, loras, vaes, embeddings, nodes] = await Promise.all([
    list('/models/checkpoints'),
    list('/models/loras'),
    list('/models/vae'),
    list('/embeddings'),
    optionalNodes(http),
  ]);
  const version = asText(system.comfyui_version);
  const device = asObject(asArray(asObject(stats.value)?.devices)[0]);
  const free = asNumber(device?.vram_free);
  const total = asNumber(device?.vram_total);
  const name = asText(device?.name);
  return success({
    engine: definition.name,
    type: 'comfyui',
    program: 'comfyui',
    ...(version !== undefined && { version }),
    readAt: Date.now(),
    loras: await withMetadata(http, loras),
    models: checkpoints.map((file) => ({ name: stemOf(file), file })),
    vaes,
    embeddings: embeddings.map((file) => ({ name: stemOf(file) })),
    samplers: Object.entries(COMFY_SAMPLERS).map(([label, sampler]) => ({
      name: label,
      aliases: [sampler.name],
    })),
    schedules: SCHEDULES.map((label) => ({ label, name: label })),
    upscalers: UPSCALERS,
    ...(device && {
      device: {
        ...(name !== undefined && { name }),
        ...(free !== undefined && { free }),
        ...(total !== undefined && { total }),
      },
    }),
    nodes,
  });
}

async function optionalNodes(http: HttpClient): Promise<string[]> {
  const found = await Promise.all(
    OPTIONAL_NODES.map(async (name) => {
      const info = await http.json(`/object_info/${name}`);
      return info.ok && asObject(info.value)?.[name] !== undefined ? [name] : [];
    }),
  );
  return found.flat();
}

/** LoRAs with what their headers say; 404 is both an unknown file and one without metadata. */
async function withMetadata(http: HttpClient, files: readonly string[]): Promise<ServerLora[]> {
  const loras: ServerLora[] = files.map((file) => ({ name: stemOf(file), file }));
  const wanted = loras.slice(0, MAX_HEADERS);
  let next = 0;
  const work = async () => {
    for (let at = next++; at < wanted.length; at = next++) {
      const { file } = wanted[at]!;
      const answer = await http.json(`/view_metadata/loras?filename=${encodeURIComponent(file)}`);
      const metadata = answer.ok ? asObject(answer.value) : undefined;
      if (metadata === undefined) continue;
      const texts = Object.entries(metadata).flatMap(([key, value]): [string, string][] =>
        typeof value === 'string' && value.length <= 20_000 ? [[key, value]] : [],
      );
      const alias = asText(metadata.ss_output_name);
      loras[at] = {
        ...loras[at]!,
        metadata: Object.fromEntries(texts),
        ...(alias !== undefined && alias !== '' && alias !== loras[at]!.name && { alias }),
      };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return loras;
}

function notComfyUi(url: string): ReturnType<typeof failure> {
  return failure(
    'engine-bad-answer',
    `What answers at ${url} is no ComfyUI.`,
    'Check the address and the `type` of the engine. ComfyUI is started with `python main.py`, and with `--listen` to be reached from another machine.',
  );
}
