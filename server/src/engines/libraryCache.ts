import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import type { EngineDefinition, ServerLibrary } from '../shared/engines';
import { asObject } from './json';

/** Form of the files; another one is read as none. */
const VERSION = 1;

/** The file with what is known of an engine. Its name holds the address: another server of the name is another library. */
function fileOf(cachePath: string, { name, url = '' }: EngineDefinition): string {
  const digits = createHash('sha256').update(`${name}\n${url}`).digest('hex').slice(0, 12);
  return path.join(cachePath, 'engines', `${name.replace(/[^\p{L}\p{N}._-]/gu, '_')}-${digits}.json`);
}

/** What a server had when it was last asked; undefined where it never was. */
export async function cachedLibrary(
  cachePath: string,
  definition: EngineDefinition,
): Promise<ServerLibrary | undefined> {
  try {
    const stored = asObject(JSON.parse(await readFile(fileOf(cachePath, definition), 'utf8')));
    return stored?.version === VERSION ? (stored.library as ServerLibrary) : undefined;
  } catch {
    return undefined;
  }
}

/** Stores what a server has. A cache that cannot be written is none. */
export async function rememberLibrary(
  cachePath: string,
  definition: EngineDefinition,
  library: ServerLibrary,
): Promise<void> {
  await writeState(fileOf(cachePath, definition), JSON.stringify({ version: VERSION, library }));
}

/** True the first time that prompts leave this machine for an address; remembered in the cache. */
export async function isNewAddress(cachePath: string, url: string): Promise<boolean> {
  const file = path.join(cachePath, 'engines', 'told.json');
  let told: string[] = [];
  try {
    const stored: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (Array.isArray(stored)) told = stored.filter((entry) => typeof entry === 'string');
  } catch {
    // None was told yet.
  }
  if (told.includes(url)) return false;
  await writeState(file, JSON.stringify([...told, url]));
  return true;
}

async function writeState(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch {
    await unlink(temporary).catch(() => undefined);
  }
}
