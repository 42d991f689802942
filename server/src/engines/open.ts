import type { EngineDefinition } from '../shared/engines';
import { createA1111 } from './a1111';
import { createComfyUi } from './comfyui';
import { secretVariable } from './definitions/read';
import type { RemoteEngine, RemoteTimes } from './remote';
import { createSwarmUi } from './swarmui';

export interface OpenOptions {
  readonly secret?: string | undefined;
  readonly times?: RemoteTimes;
  /** Gzipped merges of CLIP's vocabulary: ComfyUI's prompts are cut into chunks by it. */
  readonly clipMergesPath: string;
}

/** An engine of this machine that is a server; the built-in one is opened by `local/host`. */
export function openRemote(
  definition: EngineDefinition,
  { secret, times, clipMergesPath }: OpenOptions,
): RemoteEngine {
  const { url = '' } = definition;
  if (definition.type === 'comfyui')
    return createComfyUi({ ...definition, url }, { secret, times, clipMergesPath });
  if (definition.type === 'swarmui') return createSwarmUi({ ...definition, url }, { secret });
  return createA1111({ ...definition, url }, secret, times);
}

/** The secret that the environment holds for an engine. */
export function secretOf(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return env[secretVariable(name)] || undefined;
}
