import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { RULES } from '../../server/src/language/rules';
import { architecturePage } from '../architecture-docs/page';
import { generatedFiles } from './pages';

/**
 * Writes the generated parts of docs/rules: the head and the options of every rule's page, and the table in README.md.
 * What stands between them is written by hand and kept. docs/architectures.md is written whole. `--check` writes nothing and fails when something is stale.
 */
export async function run(args: readonly string[]): Promise<number> {
  const folder = path.resolve('docs/rules');
  const check = args.includes('--check');
  mkdirSync(folder, { recursive: true });
  const read = (name: string): string | undefined => {
    const file = path.join(folder, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  };
  let stale = 0;
  for (const [name, text] of generatedFiles(RULES, read)) {
    if (read(name) === text) continue;
    stale++;
    console.log(`${check ? 'stale' : 'written'}: docs/rules/${name}`);
    if (!check) writeFileSync(path.join(folder, name), text);
  }
  const page = path.resolve('docs/architectures.md');
  const text = architecturePage();
  if (!existsSync(page) || readFileSync(page, 'utf8') !== text) {
    stale++;
    console.log(`${check ? 'stale' : 'written'}: docs/architectures.md`);
    if (!check) writeFileSync(page, text);
  }
  return check && stale > 0 ? 1 : 0;
}
