import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
// @ts-expect-error: a script without types
import { versions } from '../../scripts/checkVersion.mjs';
// @ts-expect-error: a script without types
import { PLATFORMS } from '../../scripts/vscode-host/package.mjs';
import { RUNTIME_VERSION } from '../../server/src/engines/local/runtimeInstalled';

const ROOT = path.join(__dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const WORKFLOWS = readdirSync(path.join(ROOT, '.github/workflows')).map(
  (name) => `.github/workflows/${name}`,
);

describe('what a release is made of', () => {
  it('names one version everywhere', () => {
    const named = Object.values(versions());
    expect(named).toHaveLength(4);
    expect(new Set(named).size, JSON.stringify(versions())).toBe(1);
  });

  it.each([...WORKFLOWS, 'action.yml'])('%s pins every action by its commit', (file) => {
    const uses = [...read(file).matchAll(/uses:\s*(\S+)/g)].map(([, action]) => action);
    expect(uses.length).toBeGreaterThan(0);
    for (const action of uses) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  });

  it.each(WORKFLOWS)('%s grants no more than reading by default', (file) => {
    expect(parse(read(file)).permissions).toEqual({ contents: 'read' });
  });

  it('tests three systems and three versions of Node', () => {
    const { os, node } = parse(read('.github/workflows/ci.yml')).jobs.test.strategy.matrix;
    expect(os.map((name: string) => name.split('-')[0])).toEqual(['ubuntu', 'windows', 'macos']);
    expect(node).toEqual([20, 22, 24]);
  });

  it('packages every platform that ONNX Runtime has a library for', () => {
    const { target } = parse(read('.github/workflows/release.yml')).jobs.vsix.strategy.matrix;
    expect(target).toEqual(Object.keys(PLATFORMS));
  });

  it('runs no install script of ONNX Runtime, which downloads from outside the registry', () => {
    const lock = JSON.parse(read('package-lock.json'));
    const entry = lock.packages['node_modules/onnxruntime-node'];
    expect(entry.version).toBe(RUNTIME_VERSION);
    expect(entry.hasInstallScript).toBeUndefined();
    const { devDependencies, dependencies, peerDependenciesMeta } = JSON.parse(read('package.json'));
    expect(devDependencies['onnxruntime-node']).toBe(RUNTIME_VERSION);
    expect(dependencies).toBeUndefined();
    expect(peerDependenciesMeta['onnxruntime-node']).toEqual({ optional: true });
  });
});
