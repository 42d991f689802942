import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The package's root: the bundle lies in its `dist` folder. */
export const PACKAGE_ROOT = path.resolve(__dirname, '..');

export const BUILT_IN_MODEL = path.join(PACKAGE_ROOT, 'media', 'demo-model');
/** Gzipped merges of the CLIP vocabulary that every released Stable Diffusion has. */
export const CLIP_MERGES = path.join(PACKAGE_ROOT, 'media', 'clip', 'merges.txt.gz');
export const RULE_PAGES = path.join(PACKAGE_ROOT, 'docs', 'rules');
/** Other bundles are found beside this one; nothing imports them. */
export const ENGINE_BUNDLE = path.join(__dirname, 'engine.js');
export const SERVER_BUNDLE = path.join(__dirname, 'server.js');

export function packageVersion(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(path.join(PACKAGE_ROOT, 'package.json'), 'utf8'),
  );
  return manifest.version;
}
