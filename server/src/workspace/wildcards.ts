import * as path from 'node:path';
import { isMap, parseDocument } from 'yaml';
import { type Files, walkFiles } from './files';
import { MAX_FILES_PER_FOLDER } from './limits';

/**
 * The names wildcard folders offer: the path of each `.txt` below the folder without its extension, and for `.yaml`
 * the path of keys, `/` in between.
 */
export async function listWildcards(files: Files, folders: readonly string[]): Promise<string[]> {
  const names = new Set<string>();
  for (const folder of folders) {
    const found = await walkFiles(files, folder, path.join, () => true, MAX_FILES_PER_FOLDER);
    for (const file of found) {
      const extension = path.extname(file).toLowerCase();
      const stem = path.relative(folder, file).slice(0, -extension.length).split(path.sep).join('/');
      if (extension === '.txt') names.add(stem);
      if (extension === '.yaml' || extension === '.yml') {
        for (const name of yamlNames((await files.readText(file)) ?? '')) names.add(name);
      }
    }
  }
  return [...names].sort();
}

function yamlNames(text: string): string[] {
  const names: string[] = [];
  const visit = (node: unknown, prefix: string): void => {
    if (!isMap(node)) {
      if (prefix) names.push(prefix);
      return;
    }
    for (const { key, value } of node.items) visit(value, prefix ? `${prefix}/${String(key)}` : String(key));
  };
  const document = parseDocument(text, { logLevel: 'silent' });
  if (document.errors.length === 0) visit(document.contents, '');
  return names;
}
