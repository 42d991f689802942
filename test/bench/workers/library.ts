import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { createLibrary } from '../../../server/src/library/library';
import { forEachLimited } from '../../../server/src/library/pool';

// `library.mjs read|readNow|look|index FOLDER [CACHE]`: one line of JSON with milliseconds, files, CPU time and peak memory of this process.
const [, , mode, folder = '', cache = ''] = process.argv;
const start = performance.now();
/** When the library first answered, from the index of an earlier run; what it took in CPU time. */
let answered = { milliseconds: 0, processor: 0 };
const WORKS: Record<string, () => Promise<number> | number> = {
  read: () => readHeaders(folder),
  readNow: () => readHeadersNow(folder),
  look: () => look(folder),
  index: () => index(folder, cache),
};
const files = await WORKS[mode ?? 'index']!();
console.log(
  JSON.stringify({
    milliseconds: performance.now() - start,
    files,
    answered,
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

/** As `readHeaders`, by the calls that block, into one buffer: as little as a program written in JavaScript can do. */
function readHeadersNow(root: string): number {
  const names = listed(root);
  const prefix = Buffer.alloc(8);
  const buffer = Buffer.alloc(1 << 20);
  for (const name of names) {
    const file = openSync(path.join(root, name), 'r');
    readSync(file, prefix, 0, 8, 0);
    readSync(file, buffer, 0, Number(prefix.readBigUInt64LE()), 8);
    closeSync(file);
  }
  return names.length;
}

/** The least that a start must do which notices every file that was written anew: list them and look at each. */
function look(root: string): number {
  const names = listed(root);
  for (const name of names) statSync(path.join(root, name));
  return names.length;
}

function listed(root: string): string[] {
  const entries = readdirSync(root, { recursive: true }) as string[];
  return entries.filter((name) => name.endsWith('.safetensors'));
}

async function index(root: string, cachePath: string): Promise<number> {
  const library = createLibrary({ folders: [root], cachePath, watch: false, log: console.error });
  if (await library.remembered) answered = { milliseconds: performance.now() - start, processor: cpu() };
  await library.ready;
  const { length } = library.all();
  library.dispose();
  return length;
}
