import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CONVERTIBLE, decodeInto } from '../../formats/elements';
import { groupModules, type LoraModule } from '../../formats/lora/modules';
import { readHeader, type SafetensorsHeader } from '../../formats/safetensors/index';
import { failure, type Result, success } from '../../shared/problem';
import { fileSource } from '../files/fileSource';
import { hasMagnitude } from './kinds/dora';
import { kindOf } from './kinds/index';
import type { LowRank, ModuleTensors } from './kinds/kind';
import { readPeft } from './peft';
import { sizeOf, type Tensor64 } from './tensor';

/** One module of an open network file. */
export interface FileModule {
  readonly source: LoraModule;
  readonly tensors: ModuleTensors;
  /** True when the change is two low-rank factors and nothing else. */
  readonly isLowRank: boolean;
  /** True when it is two low-rank factors and a magnitude: DoRA. */
  readonly isDecomposed: boolean;
  /**
   * The factors for a weight of that shape, without a magnitude. Their numbers stay in memory as long as somebody uses
   * them, and are read again after that.
   */
  lowRank(shape: readonly number[]): Result<LowRank>;
}

/** A network file, open: headers read, tensors read when asked for. */
export interface LoraFile {
  /** Path, modification time and size: the same text means the same content. */
  readonly identity: string;
  readonly path: string;
  readonly modules: readonly FileModule[];
  close(): void;
}

/** Largest tensor a module of a network may have, elements: guards against headers that lie about rank. */
const MAX_ELEMENTS = 2 ** 28;

/**
 * Opens a network file. Fails with `lora-missing`, the safetensors codes, `lora-pattern`, or `lora-indexed` for files that number their
 * modules instead of naming them: which module a number means depends on the trainer's class order, so merging one
 * would be a guess.
 */
export function openLoraFile(file: string, identity: string): Result<LoraFile> {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    return failure(
      'lora-missing',
      `The LoRA file ${file} cannot be opened (${(error as NodeJS.ErrnoException).code}).`,
      'Check the LoRA folders, or remove the LoRA from the prompt.',
    );
  }
  const source = fileSource(descriptor);
  const header = readHeader(source);
  if (!header.ok) {
    closeSync(descriptor);
    return header;
  }
  const groups = groupModules(header.value.tensors);
  if (groups.some((group) => group.scheme === 'cloneofsimo')) {
    closeSync(descriptor);
    return failure(
      'lora-indexed',
      `${path.basename(file)} numbers its modules instead of naming them, so they cannot be matched safely.`,
      'Convert the file with a tool that knows its trainer, or use another one.',
    );
  }
  const peft = readPeft(
    header.value.metadata,
    () => readOptional(path.join(path.dirname(file), 'adapter_config.json')),
    groups,
  );
  if (!peft.ok) {
    closeSync(descriptor);
    return peft;
  }
  const read = (name: string) => readTensor(header.value, name, source.read);
  const modules = groups.map((group) => moduleOf(group, read, peft.value.get(group)));
  return success({
    identity,
    path: file,
    modules,
    close: () => closeSync(descriptor),
  });
}

function moduleOf(
  source: LoraModule,
  read: (name: string) => Tensor64,
  peft: ModuleTensors['peft'],
): FileModule {
  const names = new Map(Object.entries(source.tensors));
  const tensors: ModuleTensors = {
    has: (role) => names.has(role),
    get(role) {
      const name = names.get(role);
      return name === undefined ? undefined : read(name);
    },
    peft,
  };
  const kind = kindOf(tensors);
  const isThin = kind?.lowRank !== undefined && (kind.isThin?.(tensors) ?? true);
  let factors: { shape: string; result: Result<LowRank> } | undefined;
  return {
    source,
    tensors,
    isLowRank: isThin && !hasMagnitude(tensors),
    isDecomposed: isThin && hasMagnitude(tensors),
    lowRank(shape) {
      const text = shape.join();
      if (factors?.shape !== text) {
        const make = () => kind?.lowRank?.(tensors, shape) ?? noFactors();
        const result = make();
        const checked = result.ok && !isFinite64(result.value) ? notFinite() : result;
        factors = { shape: text, result: checked.ok ? success(weakly(checked.value, make)) : checked };
      }
      return factors.result;
    },
  };
}

/**
 * Factors whose numbers the collector may take: a stack of several networks has copies of its own, and what was only
 * measured is not needed again. `make` reads them anew; the file has not changed, or it would be another one.
 */
function weakly({ rank, scale, down, up }: LowRank, make: () => Result<LowRank>): LowRank {
  let kept = { down: new WeakRef(down), up: new WeakRef(up) };
  const get = (which: 'down' | 'up'): Float32Array => {
    const known = kept[which].deref();
    if (known) return known;
    const made = make();
    if (!made.ok) throw new Error(`factors cannot be read again: ${made.problem.message}`);
    kept = { down: new WeakRef(made.value.down), up: new WeakRef(made.value.up) };
    return made.value[which];
  };
  return {
    rank,
    scale,
    get down() {
      return get('down');
    },
    get up() {
      return get('up');
    },
  };
}

function readTensor(
  header: SafetensorsHeader,
  name: string,
  read: (offset: number, length: number) => Uint8Array,
): Tensor64 {
  const { shape, dtype, begin, end } = header.tensors.get(name)!;
  const count = sizeOf(shape);
  // Nothing fits a tensor without numbers.
  if (!(dtype in CONVERTIBLE) || count > MAX_ELEMENTS) return { shape: [0], data: new Float64Array(0) };
  let data: Float64Array | undefined;
  const size = (end - begin) / Math.max(1, count);
  const copyPart = (from: number, into: Float64Array) => {
    const bytes = read(header.dataStart + begin + from * size, into.length * size);
    decodeInto(into, bytes, dtype);
  };
  return {
    shape,
    copyPart,
    get data() {
      if (!data) {
        data = new Float64Array(count);
        copyPart(0, data);
      }
      return data;
    },
  };
}

function isFinite64(factors: LowRank): boolean {
  const finite = (data: Float32Array) => {
    // A sum is not finite as soon as one term is not; no float32 sum of a layer overflows a double.
    let sum = 0;
    for (let i = 0; i < data.length; i++) sum += data[i]!;
    return Number.isFinite(sum);
  };
  return finite(factors.down) && finite(factors.up) && Number.isFinite(factors.scale);
}

function notFinite(): Result<never> {
  return failure('lora-not-finite', 'it holds NaN or infinite numbers', 'The file is damaged; get it again.');
}

function noFactors(): Result<never> {
  return failure('lora-module', 'its tensors are of no known kind', 'Use another file.');
}

function readOptional(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
