import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { createLibrary } from '../../../server/src/library/library';
import { forEachLimited } from '../../../server/src/library/pool';

// `library.mjs read|index FOLDER [CACHE]`: one line of JSON with milliseconds, files, processor time and peak memory of this process.
const [, , mode, folder = '', cache = ''] = process.argv;
const start = performance.now();
const files = mode === 'read' ? await readHeaders(folder) : await index(folder, cache);
console.log(
  JSON.stringify({
    milliseconds: performance.now() - start,
    files,
    processor: cpu(),
    megabytes: process.resourceUsage().maxRSS / 1024,
  }),
);

/** Processor time of this process so far, milliseconds: what a busy machine does not stretch. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The least that must be done: find the files, open each, read the bytes of its header. */
async function readHeaders(root: string): Promise<number> {
  const entries = await readdir(root, { recursive: true });
  const names = entries.filter((name) => name.endsWith('.safetensors'));
  await forEachLimited(names, 8, async (name) => {
    const handle = await open(path.join(root, name));
    try {
      const prefix = Buffer.alloc(8);
      await handle.read(prefix, 0, 8, 0);
      const length = Number(prefix.readBigUInt64LE());
      await handle.read(Buffer.allocUnsafe(length), 0, length, 8);
    } finally {
      await handle.close();
    }
  });
  return names.length;
}

async function index(root: string, cachePath: string): Promise<number> {
  const library = createLibrary({ folders: [root], cachePath, watch: false, log: console.error });
  await library.ready;
  const { length } = library.all();
  library.dispose();
  return length;
}
