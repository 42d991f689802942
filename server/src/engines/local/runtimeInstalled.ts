import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Failure, failure } from '../../shared/problem';

const RUNTIME = 'onnxruntime-node';
/** The version the engine is tested with; a test compares it with package.json. */
export const RUNTIME_VERSION = '1.30.0';

/**
 * The npm package can be installed without ONNX Runtime, which only drawing and merging need. Says what to install when
 * it cannot be found from the engine's file; undefined when it can. Its own install script is left out, because that
 * downloads the CUDA libraries from outside the registry.
 */
export function missingRuntime(enginePath: string): Failure | undefined {
  // An engine that is not there is another problem, which starting it names.
  if (!existsSync(enginePath)) return undefined;
  try {
    createRequire(enginePath).resolve(RUNTIME);
    return undefined;
  } catch {
    return failure(
      'runtime-not-installed',
      'ONNX Runtime, which computes pictures and merges, is not installed beside sdprompt.',
      `Install it where sdprompt is installed: npm install --ignore-scripts ${RUNTIME}@${RUNTIME_VERSION} (with -g if sdprompt was installed with -g).`,
    );
  }
}
