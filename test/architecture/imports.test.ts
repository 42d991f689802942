import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { LAYERS } from './directions';

const root = path.resolve(import.meta.dirname, '../..');

function sources(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mts|tsx)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

function layerOf(file: string): string | undefined {
  const relative = path.relative(root, file).split(path.sep).join('/');
  return Object.keys(LAYERS).find((layer) => relative === layer || relative.startsWith(`${layer}/`));
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return 'node:';
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Every import of a layer that its rule does not allow, as `file → what`. */
function violations(layer: string): string[] {
  const rule = LAYERS[layer]!;
  const found: string[] = [];
  for (const file of sources(layer)) {
    for (const { fileName: specifier } of ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles) {
      const name = path.relative(root, file);
      if (specifier.startsWith('.')) {
        const target = layerOf(path.resolve(path.dirname(file), specifier));
        if (target !== layer && !(target && rule.layers.includes(target)))
          found.push(`${name} → ${specifier}`);
      } else if (!rule.packages.includes(packageOf(specifier))) {
        found.push(`${name} → ${specifier}`);
      }
    }
  }
  return found;
}

describe('the layers', () => {
  it.each(Object.keys(LAYERS))('%s imports only what its direction allows', (layer) => {
    expect(sources(layer).length).toBeGreaterThan(0);
    expect(violations(layer)).toEqual([]);
  });

  it('has no source outside a layer', () => {
    const stray = ['server/src', 'client/src', 'media'].flatMap(sources).filter((file) => !layerOf(file));
    expect(stray.map((file) => path.relative(root, file))).toEqual([]);
  });
});
