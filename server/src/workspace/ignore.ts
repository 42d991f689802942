import * as path from 'node:path';
import type { IgnoreSetting } from './config/configuration';
import type { Files } from './files';
import { createPatterns, type Patterns } from './patterns';

/** Names of the files that list what to leave alone; the later one wins within a folder. */
export const IGNORE_NAMES = ['.gitignore', '.sdpromptignore'] as const;

export interface IgnoreFiles {
  /**
   * Whether a file is ignored by the `.gitignore` and `.sdpromptignore` files of its folder and the folders above, up
   * to the repository's root, or by the configuration's own patterns.
   */
  isIgnored(file: string, settings: readonly IgnoreSetting[]): Promise<boolean>;
  /** Forgets what was read, after such a file changed. */
  clear(): void;
}

interface Layer {
  readonly folder: string;
  readonly patterns: readonly Patterns[];
  /** The folder holds `.git`: nothing above it counts. */
  readonly root: boolean;
}

export function createIgnoreFiles(files: Files, options: { readonly gitignore?: boolean } = {}): IgnoreFiles {
  const layers = new Map<string, Promise<Layer>>();
  const stacks = new Map<string, Promise<readonly Layer[]>>();
  const compiled = new WeakMap<IgnoreSetting, Patterns>();
  const names = options.gitignore === false ? IGNORE_NAMES.slice(1) : IGNORE_NAMES;

  const layerOf = (folder: string): Promise<Layer> => {
    let layer = layers.get(folder);
    if (!layer) {
      layer = readLayer(folder);
      layers.set(folder, layer);
    }
    return layer;
  };

  async function readLayer(folder: string): Promise<Layer> {
    const [kind, ...texts] = await Promise.all([
      files.kind(path.join(folder, '.git')),
      ...names.map((name) => files.readText(path.join(folder, name))),
    ]);
    const patterns = texts.flatMap((text) => (text === undefined ? [] : [createPatterns(folder, text)]));
    return { folder, patterns, root: kind !== undefined };
  }

  /** The layers that count in a folder; every file of it asks. */
  function layersOf(folder: string): Promise<readonly Layer[]> {
    let found = stacks.get(folder);
    if (!found) {
      found = layersAbove(folder);
      stacks.set(folder, found);
    }
    return found;
  }

  /** From the repository's root (or the disk's) down to the folder. */
  async function layersAbove(start: string): Promise<Layer[]> {
    const found: Layer[] = [];
    for (let folder = start; ; folder = path.dirname(folder)) {
      const layer = await layerOf(folder);
      found.unshift(layer);
      if (layer.root || path.dirname(folder) === folder) return found;
    }
  }

  return {
    async isIgnored(file, settings) {
      for (const setting of settings) {
        let patterns = compiled.get(setting);
        if (!patterns) {
          patterns = createPatterns(setting.folder, setting.patterns);
          compiled.set(setting, patterns);
        }
        if (patterns.test(file) === 'match') return true;
      }
      return ignoredByLayers(await layersOf(path.dirname(file)), file);
    },
    clear() {
      layers.clear();
      stacks.clear();
    },
  };
}

/** As git does: deeper files win, but nothing below an ignored folder can be taken back. */
function ignoredByLayers(layers: readonly Layer[], file: string): boolean {
  const verdict = (target: string, upTo: number): boolean => {
    let ignored = false;
    for (const layer of layers.slice(0, upTo)) {
      for (const patterns of layer.patterns) {
        const result = patterns.test(target);
        if (result) ignored = result === 'match';
      }
    }
    return ignored;
  };
  for (let depth = 1; depth < layers.length; depth++) {
    if (verdict(`${layers[depth]?.folder}${path.sep}`, depth)) return true;
  }
  return verdict(file, layers.length);
}
