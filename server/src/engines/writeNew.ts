import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import { failure, type Result, success } from '../shared/problem';

/**
 * Writes a file that came from a server: whole or not at all (temporary file, fsync, link), and never over one that is
 * there: then the name gets a number. Gives the path written. Fails with `image-write`.
 */
export async function writeNew(file: string, bytes: Uint8Array): Promise<Result<string>> {
  const folder = path.dirname(file);
  const temporary = path.join(folder, `.${randomBytes(8).toString('hex')}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    try {
      const handle = await open(temporary, 'wx');
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      const { dir, name, ext } = path.parse(file);
      for (let number = 1; ; number++) {
        const target = number < 2 ? file : path.join(dir, `${name}-${number}${ext}`);
        if (await takeName(temporary, target)) return success(target);
      }
    } finally {
      await unlink(temporary).catch(() => undefined);
    }
  } catch (error) {
    return failure(
      'image-write',
      `The image cannot be written to ${file} (${(error as NodeJS.ErrnoException).code ?? error}).`,
      'Choose another output folder, or free some space.',
    );
  }
}

/** Puts the file where nothing is; false where something is. A link never replaces, unlike a rename. */
async function takeName(temporary: string, target: string): Promise<boolean> {
  try {
    await link(temporary, target);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    // Some file systems, as those of memory cards, have no links.
    const isTaken = await stat(target).then(
      () => true,
      () => false,
    );
    if (isTaken) return false;
    await rename(temporary, target);
    return true;
  }
}
