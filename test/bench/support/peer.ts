import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Installs another program to be measured against, at one version, below `.cache/peers`. It is never a dependency.
 * @returns the file to run, or undefined when it cannot be installed, as on a machine without a network.
 */
export function installPeer(name: string, version: string, entry: string): string | undefined {
  const folder = path.resolve('.cache/peers', `${name}-${version}`);
  const file = path.join(folder, 'node_modules', name, entry);
  if (existsSync(file)) return file;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
    execFileSync(
      'npm',
      [
        'install',
        '--prefix',
        folder,
        '--no-audit',
        '--no-fund',
        '--ignore-scripts',
        '--save-exact',
        `${name}@${version}`,
      ],
      {
        cwd: folder,
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: 120_000,
        shell: process.platform === 'win32',
      },
    );
    return existsSync(file) ? file : undefined;
  } catch (error) {
    console.error(
      String((error as { stderr?: unknown }).stderr ?? error)
        .trim()
        .split('\n')
        .at(-1),
    );
    return undefined;
  }
}
