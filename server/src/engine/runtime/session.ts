import { env, InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
import { failure, type Result, success } from '../../shared/problem';

export { InferenceSession, Tensor };

/** Name and version of the runtime, for the log. */
export const RUNTIME_NAME = `onnxruntime-node ${env.versions.node ?? ''}`.trim();

/** Names of the execution providers this build of the runtime knows. */
export function providers(): string[] {
  return listSupportedBackends().map((backend) => backend.name);
}

/**
 * `speed` fuses what can be fused (`extended`; `all` would make the mapped weights private for a few per cent more).
 * `mapped` leaves the graph alone, so that weights stay in the mapped file and cost no memory.
 */
export type OptimizationLevel = 'speed' | 'mapped';

/** Opens sessions and counts them: a change of weights must open none, and tests look at the count. */
export interface Runtime {
  /** `model` is a path, or the bytes of a graph whose external data lie in `folder`. */
  open(
    model: string | Uint8Array,
    folder: string,
    level: OptimizationLevel,
  ): Promise<Result<InferenceSession>>;
  readonly created: number;
}

/** `threads` 0 leaves the number to the runtime: one per physical core. */
export function createRuntime(threads: number): Runtime {
  let created = 0;
  return {
    async open(model, folder, level) {
      const options: InferenceSession.SessionOptions = {
        executionProviders: ['cpu'],
        graphOptimizationLevel: level === 'speed' ? 'extended' : 'disabled',
        logSeverityLevel: 3,
        ...(threads > 0 ? { intraOpNumThreads: threads } : {}),
      };
      created++;
      try {
        if (typeof model === 'string') return success(await InferenceSession.create(model, options));
        options.extra = {
          session: {
            model_external_initializers_file_folder_path: folder,
            ...(level === 'mapped' ? { disable_prepacking: '1' } : {}),
          },
        };
        return success(await InferenceSession.create(model, options));
      } catch (error) {
        return failure(
          'model-not-loadable',
          `ONNX Runtime cannot load the model in ${folder}: ${firstLine(error)}`,
          'Export the model again for the CPU, in float32 or float16, without fused operators.',
        );
      }
    },
    get created() {
      return created;
    },
  };
}

/** The first line of an error's message, without the runtime's long tail. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0].slice(0, 300);
}
