import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type ClipTokenizer, createClipTokenizer } from '../../formats/tokenizer';
import type { EngineDefinition, ServerLibrary } from '../../shared/engines';
import type { Result } from '../../shared/problem';
import { createHttpClient } from '../http/client';
import { REMOTE_TIMES, type RemoteEngine, type RemoteTimes } from '../remote';
import { generateOnComfyUi } from './generate';
import { readComfyUi } from './library';

export interface ComfyUiOptions {
  readonly secret?: string | undefined;
  readonly times?: RemoteTimes | undefined;
  /** Gzipped merges of CLIP's vocabulary: prompts are cut into chunks by it. */
  readonly clipMergesPath: string;
}

/** A ComfyUI as an engine. Nothing is sent before the first call. */
export function createComfyUi(
  definition: EngineDefinition & { readonly url: string },
  { secret, times = REMOTE_TIMES, clipMergesPath }: ComfyUiOptions,
): RemoteEngine {
  const http = createHttpClient(definition.url, secret);
  const disposed = new AbortController();
  let known: Promise<Result<ServerLibrary>> | undefined;
  let tokenizer: ClipTokenizer | undefined;

  const library = async (anew = false): Promise<Result<ServerLibrary>> => {
    if (anew) known = undefined;
    known ??= readComfyUi(definition, http);
    const mine = known;
    const read = await mine;
    if (!read.ok && known === mine) known = undefined;
    return read;
  };

  return {
    name: definition.name,
    type: 'comfyui',
    url: http.url,
    capacity: 1,
    library: (options) => library(options?.anew),
    async generate(plan, request) {
      if (request.signal?.aborted) return { type: 'cancelled' };
      const read = await library();
      if (!read.ok) return { type: 'failed', problem: read.problem, didNothing: true };
      tokenizer ??= createClipTokenizer({
        merges: gunzipSync(readFileSync(clipMergesPath)).toString('utf8'),
      });
      return generateOnComfyUi({
        ...{ definition, http, times, plan, request, tokenizer },
        library: read.value,
        disposed: disposed.signal,
        newId: randomUUID,
      });
    },
    async dispose() {
      disposed.abort();
    },
  };
}
