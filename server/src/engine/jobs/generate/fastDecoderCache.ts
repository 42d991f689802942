import type { EngineOptions } from '../../../shared/engineProtocol';
import { type FastDecoder, fastDecoderKey, openFastDecoder } from './fastDecoder';

/** Keeps the small decoder open between pictures, as long as the same file is asked for. */
export interface FastDecoderCache {
  /** Opens the decoder the options name; `problem` says in words why it cannot be used. */
  take(
    options: EngineOptions,
    channels: number,
  ): Promise<{ readonly decoder?: FastDecoder; readonly problem?: string }>;
  release(): Promise<void>;
}

export function createFastDecoderCache(): FastDecoderCache {
  let decoder: FastDecoder | undefined;
  const release = async () => {
    const open = decoder;
    decoder = undefined;
    await open?.release();
  };
  return {
    async take({ fastDecoder, threads }, channels) {
      const key = fastDecoder && fastDecoderKey(fastDecoder.path);
      if (decoder && decoder.key === key) return { decoder };
      await release();
      if (!fastDecoder) return {};
      const opened = await openFastDecoder(fastDecoder.path, channels, threads);
      if (!opened.ok) return { problem: opened.problem.message };
      decoder = opened.value;
      return { decoder };
    },
    release,
  };
}
