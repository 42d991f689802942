import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FORBIDDEN_IN_BUNDLE, ONLY_ENGINE_REQUIRES } from './directions';

const root = path.resolve(import.meta.dirname, '../..');

interface BundleMeta {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly imports: readonly { readonly path: string; readonly external?: boolean }[];
}

/** Written by esbuild.mjs, which `npm test` runs before the tests. */
const bundles: Readonly<Record<string, BundleMeta>> = JSON.parse(
  readFileSync(path.join(root, 'dist/meta.json'), 'utf8'),
);

describe('the bundles', () => {
  it.each(Object.entries(FORBIDDEN_IN_BUNDLE))('%s holds none of %j', (name, forbidden) => {
    const inputs = Object.keys(bundles[`dist/${name}`]!.inputs);
    expect(inputs.length).toBeGreaterThan(0);
    const inside = inputs.filter((input) => forbidden.some((pkg) => input.includes(`node_modules/${pkg}/`)));
    expect(inside).toEqual([]);
  });

  it('lets only the engine load the native runtime', () => {
    const loaders = Object.entries(bundles)
      .filter(([, meta]) => meta.imports.some((entry) => entry.path === ONLY_ENGINE_REQUIRES))
      .map(([name]) => name);
    expect(loaders).toEqual(['dist/engine.js']);
  });

  it('lets only the client load vscode', () => {
    const loaders = Object.entries(bundles)
      .filter(([, meta]) => meta.imports.some((entry) => entry.path === 'vscode'))
      .map(([name]) => name);
    expect(loaders).toEqual(['dist/client.js']);
  });
});
