import { readFile } from 'node:fs/promises';
import { LOCAL, type ReadEngines, readEnginesFile } from './read';

/** Reads the machine's `engines.json`. A file that is not there defines nothing, which is no problem. */
export async function loadEngines(file: string): Promise<ReadEngines> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return {
      engines: new Map([[LOCAL.name, LOCAL]]),
      problems:
        code === 'ENOENT' || code === 'ENOTDIR'
          ? []
          : [
              {
                code: 'engines-invalid',
                message: `The file cannot be read (${code}).`,
                remedy: `Check that ${file} is a file that you may read.`,
              },
            ],
    };
  }
  return readEnginesFile(text.replace(/^\uFEFF/, ''));
}
