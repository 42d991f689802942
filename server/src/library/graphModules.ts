import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { modulesOf, readModel as readOnnx } from '../formats/onnx';
import { type Result, success } from '../shared/problem';
import { openFileSource } from './fileSource';
import { runLater, textOf } from './fileWork';
import { asObject, parseObject } from './metadata/json';

/** Shapes of weights by module. */
export type Modules = Readonly<Record<string, readonly number[]>>;

/** Reads the modules of an ONNX graph; weights are skipped, not read. Fails with the codes of the ONNX reader. */
export type ReadGraph = (file: string) => Promise<Result<Modules>>;

/** To be raised when `modulesOf` finds other modules in the same graph. */
const VERSION = 1;
/** Graphs cached; the oldest are evicted first. */
const MAX_GRAPHS = 30;

/**
 * Remembers what graphs hold between runs: finding it out takes tens of milliseconds for a small model and hundreds for a
 * large one, every time a command is started.
 *
 * @param cachePath folder of the cache; without it every graph is read
 */
export function createGraphReader(cachePath: string | undefined, log: (message: string) => void): ReadGraph {
  if (cachePath === undefined) return readGraph;
  const file = join(cachePath, 'graph-modules.json');
  let kept: Promise<Map<string, Modules>> | undefined;
  return async (path) => {
    const key = await keyOf(path);
    if (key === undefined) return readGraph(path);
    kept ??= readKept(file);
    const graphs = await kept;
    const known = graphs.get(key);
    if (known) return success(known);
    const modules = await readGraph(path);
    if (!modules.ok) return modules;
    graphs.set(key, modules.value);
    for (const oldest of graphs.keys()) {
      if (graphs.size <= MAX_GRAPHS) break;
      graphs.delete(oldest);
    }
    try {
      await mkdir(cachePath, { recursive: true });
      const whole = { version: VERSION, graphs: Object.fromEntries(graphs) };
      await writeFileAtomic(file, JSON.stringify(whole), { fsync: false });
    } catch (error) {
      log(`The modules of graphs could not be kept in ${file}: ${String(error)}`);
    }
    return modules;
  };
}

export async function readGraph(path: string): Promise<Result<Modules>> {
  const source = openFileSource(path);
  if (!source.ok) return source;
  try {
    const model = readOnnx(source.value);
    return model.ok ? success(modulesOf(model.value)) : model;
  } finally {
    source.value.close();
  }
}

async function keyOf(path: string): Promise<string | undefined> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isFile() ? `${path}|${stats.size}|${stats.mtimeMs}` : undefined;
}

/** A file that is missing, damaged or of another version holds nothing. */
async function readKept(file: string): Promise<Map<string, Modules>> {
  const whole = parseObject(await runLater(textOf(file)));
  const graphs = whole?.version === VERSION ? (asObject(whole.graphs) ?? {}) : {};
  return new Map(Object.entries(graphs).filter((entry): entry is [string, Modules] => isModules(entry[1])));
}

function isModules(value: unknown): value is Modules {
  const shapes = Object.values(asObject(value) ?? { none: 0 });
  return shapes.every((shape) => Array.isArray(shape) && shape.every(Number.isSafeInteger));
}
