import { env, InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
import type { ProviderChoice } from '../../shared/engineProtocol';
import { failure, type Result, success } from '../../shared/problem';
import { type Backend, chooseProvider, fallbackNote, type Provider } from './providers';

export { InferenceSession, Tensor };

/** Name and version of the runtime, for the log. */
export const RUNTIME_NAME = `onnxruntime-node ${env.versions.node ?? ''}`.trim();

/** Names of the execution providers of this build of the runtime. */
export function providers(): string[] {
  return listSupportedBackends().map((backend) => backend.name);
}

/** The provider that a choice means on this machine. */
export function providerFor(choice: ProviderChoice = 'cpu'): Provider {
  return chooseProvider(choice, listSupportedBackends(), process.platform).name;
}

/**
 * `speed` fuses what can be fused (`extended`; `all` would make the mapped weights private for a few per cent more).
 * `mapped` leaves the graph alone, so that weights stay in the mapped file and cost no memory.
 */
export type OptimizationLevel = 'speed' | 'mapped';

/**
 * Every session has threads of its own, which by default spin while they wait for work. Dozens of small sessions run one
 * after the other: the spinning threads of earlier sessions would take CPU time from the present one.
 */
const MAPPED = { disable_prepacking: '1', intra_op: { allow_spinning: '0' } };

/** Opens sessions and counts them: a change of weights must open none, and tests look at the count. */
export interface Runtime {
  /** `model` is a path, or the bytes of a graph whose external data lie in `folder`. */
  open(
    model: string | Uint8Array,
    folder: string,
    level: OptimizationLevel,
  ): Promise<Result<InferenceSession>>;
  readonly created: number;
  /** The execution provider in use, and why it is not the one that was asked for. */
  readonly provider: Provider;
  readonly note?: string | undefined;
}

/** The runtime's parts, for tests to replace. */
export interface RuntimeParts {
  readonly provider?: ProviderChoice;
  readonly backends?: readonly Backend[];
  readonly platform?: string;
  readonly create?: typeof InferenceSession.create;
}

/**
 * `threads` 0 leaves the number to the runtime: one per physical core. After a provider has failed to open a graph, all
 * further graphs use the CPU: a model divided between two providers would be slower than on either.
 */
export function createRuntime(threads: number, parts: RuntimeParts = {}): Runtime {
  const {
    backends = listSupportedBackends(),
    platform = process.platform,
    create = InferenceSession.create.bind(InferenceSession),
  } = parts;
  let created = 0;
  let chosen = chooseProvider(parts.provider ?? 'cpu', backends, platform);
  const open = async (
    model: string | Uint8Array,
    options: InferenceSession.SessionOptions,
    isLarge: boolean,
  ): Promise<InferenceSession> => {
    const { name } = chosen;
    const start = (provider: string) => {
      const own = { ...options, executionProviders: [provider] };
      return typeof model === 'string' ? create(model, own) : create(model, own);
    };
    // Small graphs that only compute weights run on the CPU, so that their results stay in its memory.
    if (!isLarge || name === 'cpu') return start('cpu');
    try {
      return await start(name);
    } catch (error) {
      chosen = { name: 'cpu', note: fallbackNote(name, firstLine(error)) };
      return start('cpu');
    }
  };
  return {
    get provider() {
      return chosen.name;
    },
    get note() {
      return chosen.note;
    },
    async open(model, folder, level) {
      const options: InferenceSession.SessionOptions = {
        graphOptimizationLevel: level === 'speed' ? 'extended' : 'disabled',
        logSeverityLevel: 3,
        ...(level === 'mapped' ? { enableCpuMemArena: false, enableMemPattern: false } : {}),
        ...(threads > 0 ? { intraOpNumThreads: threads } : {}),
      };
      created++;
      try {
        if (typeof model === 'string') return success(await open(model, options, level === 'speed'));
        options.extra = {
          session: {
            model_external_initializers_file_folder_path: folder,
            ...(level === 'mapped' ? MAPPED : {}),
          },
        };
        return success(await open(model, options, level === 'speed'));
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

/** The first line of an error's message, without where in its own sources the runtime stopped, and without a long tail. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [line] = text.replace(/^\/\S+:\d+ .*? was false\.\s*/, '').split('\n', 1) as [string];
  return line.slice(0, 300);
}
