import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The part of WebAssembly that is used. Node has it, but leaves its types to those of browsers. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}
const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi };

const compiled = new Map<string, object>();

/**
 * A codec of the @jsquash packages, ready to run. Every call gives a fresh instance: one that stopped on a broken picture
 * is not used again, and the memory of a large one is given back.
 * @param module path of the WebAssembly file inside the packages; in a bundle it lies beside the bundle.
 */
export async function startCodec<Codec>(
  factory: (options: object) => Promise<Codec>,
  module: string,
): Promise<Codec> {
  let code = compiled.get(module);
  if (!code) {
    code = new WebAssembly.Module(readFileSync(locate(module)));
    compiled.set(module, code);
  }
  const ready = code;
  return factory({
    noInitialRun: true,
    // Reasons come back as exceptions; the codecs would write them to the process's output as well.
    print: () => {},
    printErr: () => {},
    instantiateWasm(imports: object, done: (instance: object) => void) {
      const instance = new WebAssembly.Instance(ready, imports);
      done(instance);
      return instance.exports;
    },
  });
}

function locate(module: string): string {
  const beside = path.join(path.dirname(fileURLToPath(import.meta.url)), path.basename(module));
  return existsSync(beside) ? beside : createRequire(import.meta.url).resolve(module);
}
