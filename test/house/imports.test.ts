import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { ROOMS } from './directions';

const root = path.resolve(import.meta.dirname, '../..');

function sources(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mts|tsx)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

function roomOf(file: string): string | undefined {
  const relative = path.relative(root, file).split(path.sep).join('/');
  return Object.keys(ROOMS).find((room) => relative === room || relative.startsWith(`${room}/`));
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return 'node:';
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Every import of a room that its rule does not allow, as `file → what`. */
function violations(room: string): string[] {
  const rule = ROOMS[room]!;
  const found: string[] = [];
  for (const file of sources(room)) {
    for (const { fileName: specifier } of ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles) {
      const name = path.relative(root, file);
      if (specifier.startsWith('.')) {
        const target = roomOf(path.resolve(path.dirname(file), specifier));
        if (target !== room && !(target && rule.rooms.includes(target))) found.push(`${name} → ${specifier}`);
      } else if (!rule.packages.includes(packageOf(specifier))) {
        found.push(`${name} → ${specifier}`);
      }
    }
  }
  return found;
}

describe('the house', () => {
  it.each(Object.keys(ROOMS))('%s imports only what its direction allows', (room) => {
    expect(sources(room).length).toBeGreaterThan(0);
    expect(violations(room)).toEqual([]);
  });

  it('has no source outside a room', () => {
    const stray = ['server/src', 'client/src', 'media'].flatMap(sources).filter((file) => !roomOf(file));
    expect(stray.map((file) => path.relative(root, file))).toEqual([]);
  });
});
