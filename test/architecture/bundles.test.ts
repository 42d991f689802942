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

  it('come with the licence of every package inside', () => {
    const inputs = Object.values(bundles).flatMap((meta) => Object.keys(meta.inputs));
    const names = new Set(
      inputs.flatMap(
        (input) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!node_modules)/.exec(input)?.[1] ?? [],
      ),
    );
    const notices = readFileSync(path.join(root, 'dist/ThirdPartyNotices.txt'), 'utf8');
    const titles = new Set(
      Array.from(notices.matchAll(/^(\S+) \d+\.\S+ \([\w.-]+\)\n\n\S/gm), ([, name]) => name),
    );
    expect([...names, 'onnxruntime-node'].filter((name) => !titles.has(name))).toEqual([]);
    expect(names.size).toBeGreaterThan(20);
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
