// One version everywhere: `node scripts/checkVersion.mjs [TAG]` compares package.json, package-lock.json, action.yml, the
// newest release of CHANGELOG.md and, in a release, the tag. Prints what disagrees and exits with 1.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = path.resolve(import.meta.dirname, '..');
const read = (file) => readFileSync(path.join(ROOT, file), 'utf8');

/** The version that each place names. */
export function versions() {
  return {
    'package.json': JSON.parse(read('package.json')).version,
    'package-lock.json': JSON.parse(read('package-lock.json')).version,
    'action.yml': /\n {2}version:\n(?: {4}.*\n)*? {4}default: "?([^"\n]+)"?/.exec(read('action.yml'))?.[1],
    'CHANGELOG.md': /^## (\d\S*)/m.exec(read('CHANGELOG.md'))?.[1],
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const tag = process.argv[2];
  const named = { ...versions(), ...(tag !== undefined && { tag: tag.replace(/^v/, '') }) };
  for (const [place, version] of Object.entries(named)) console.log(`${place}: ${version}`);
  process.exitCode = new Set(Object.values(named)).size === 1 ? 0 : 1;
}
