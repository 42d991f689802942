import * as path from 'node:path';
import { readStructured, type StructuredFile } from '../../language/dialects/dynamic/structured';
import { textCollection } from '../../language/dialects/dynamic/wildcards';
import type { WildcardCollection } from '../../shared/wildcards';
import { type Files, walkFiles } from '../files';
import { MAX_FILES_PER_FOLDER } from '../limits';
import { jsonTree } from './jsonTree';
import { yamlTree } from './yamlTree';

/** Endings of wildcard files, as dynamicprompts knows them. */
export const WILDCARD_ENDINGS: ReadonlySet<string> = new Set(['.txt', '.yaml', '.json']);

/**
 * Every wildcard the folders offer. A `.txt` file is named by its path below the folder without its ending; `.yaml` and
 * `.json` files by the folder they lie in and their keys. Where two have one name, the later counts.
 */
export async function readWildcards(files: Files, folders: readonly string[]): Promise<WildcardCollection[]> {
  const collections = new Map<string, WildcardCollection>();
  for (const folder of folders) {
    const found = await walkFiles(
      files,
      folder,
      path.join,
      (entry, kind) =>
        kind === 'folder' ? !path.basename(entry).startsWith('.') : WILDCARD_ENDINGS.has(path.extname(entry)),
      MAX_FILES_PER_FOLDER,
    );
    for (const file of found) {
      const text = await files.readText(file);
      if (text === undefined) continue;
      for (const collection of collectionsOf(folder, file, text))
        collections.set(collection.name, collection);
    }
  }
  return [...collections.values()];
}

function collectionsOf(folder: string, file: string, text: string): readonly WildcardCollection[] {
  const relative = path.relative(folder, file).split(path.sep).join('/');
  if (path.extname(file) === '.txt') return [textCollection(relative.slice(0, -'.txt'.length), text, file)];
  return readStructuredText(relative, text).collections.map((collection) => ({ ...collection, file }));
}

/**
 * The wildcards of a `.yaml` or `.json` text and what is wrong with it.
 *
 * @param relative the file's path below the wildcard folder, `/` between its parts
 */
export function readStructuredText(relative: string, text: string): StructuredFile {
  const slash = relative.lastIndexOf('/') + 1;
  const { root, finding } = relative.endsWith('.json') ? jsonTree(text) : yamlTree(text);
  if (root === undefined) return { collections: [], findings: finding === undefined ? [] : [finding] };
  return readStructured(root, relative.slice(0, slash), relative.slice(slash).replace(/\.[^.]*$/, ''));
}
