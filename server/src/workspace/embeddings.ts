import * as path from 'node:path';
import type { EmbeddingFacts } from '../language/environment';
import { type Files, walkFiles } from './files';
import { MAX_FILES_PER_FOLDER } from './limits';

const EXTENSIONS = new Set(['.safetensors', '.pt', '.bin', '.webp', '.png']);

/** Embeddings by file stem, as the web UI names them. Only names: an embedding's file is never opened here. */
export async function listEmbeddings(files: Files, folders: readonly string[]): Promise<EmbeddingFacts[]> {
  const found = new Map<string, EmbeddingFacts>();
  for (const folder of folders) {
    for (const file of await walkFiles(files, folder, path.join, () => true, MAX_FILES_PER_FOLDER)) {
      const extension = path.extname(file).toLowerCase();
      const name = path.basename(file).slice(0, -extension.length);
      // A picture can be an embedding, but beside a file of the same name it is that file's preview.
      const picture = extension === '.webp' || extension === '.png';
      if (!EXTENSIONS.has(extension) || /\.preview$/.test(name)) continue;
      if (!found.has(name) || !picture) found.set(name, { name, path: file });
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
