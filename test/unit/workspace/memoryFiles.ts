import * as path from 'node:path';
import type { Files, FolderEntry } from '../../../server/src/workspace/files';

/** Files in memory, by absolute path; every path asked for is recorded. */
export function memoryFiles(
  texts: Record<string, string>,
): Files & { readonly asked: Set<string>; set(file: string, text: string | undefined): void } {
  const content = new Map(Object.entries(texts));
  const asked = new Set<string>();
  const below = (folder: string) => (folder.endsWith(path.sep) ? folder : folder + path.sep);
  return {
    asked,
    set(file, text) {
      if (text === undefined) content.delete(file);
      else content.set(file, text);
    },
    async readText(file) {
      asked.add(file);
      return content.get(file);
    },
    async kind(file) {
      asked.add(file);
      if (content.has(file)) return 'file';
      return [...content.keys()].some((key) => key.startsWith(below(file))) ? 'folder' : undefined;
    },
    async list(folder) {
      asked.add(folder);
      const entries = new Map<string, FolderEntry>();
      for (const key of content.keys()) {
        if (!key.startsWith(below(folder))) continue;
        const [name, ...rest] = key.slice(below(folder).length).split(path.sep);
        if (name) entries.set(name, { name, kind: rest.length > 0 ? 'folder' : 'file' });
      }
      return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    },
  };
}
