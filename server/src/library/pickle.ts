import { open } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { failure, type Problem, type Result } from '../shared/problem';
import { cannotRead } from './fileSource';

/** Extensions of files that may hold a pickle: a program, not data. */
const PICKLE_EXTENSIONS = new Set(['.pt', '.ckpt', '.bin', '.pth', '.pkl', '.pt2']);

export function isPickleName(path: string): boolean {
  return PICKLE_EXTENSIONS.has(extname(path).toLowerCase());
}

/** Why such a file is only listed. */
export function pickleProblem(path: string): Problem {
  return failure(
    'pickle-not-read',
    `${basename(path)} is a pickle: not read, because opening one can run any program.`,
    'Convert it to safetensors.',
  ).problem;
}

export function isGgufName(path: string): boolean {
  return extname(path).toLowerCase() === '.gguf';
}

/** Why a GGUF file is only named. */
export function ggufProblem(path: string): Problem {
  return failure(
    'gguf-not-read',
    `${basename(path)} is a GGUF file, whose weights are stored in blocks of few bits that are not read here.`,
    'Choose the same model as .safetensors in float16, or draw it with another program.',
  ).problem;
}

/** What the first bytes say a file is; nothing else of it is read. Errors: `cannot-read`. */
export async function sniff(path: string): Promise<Result<'zip' | 'pickle' | 'gguf' | 'other'>> {
  try {
    const handle = await open(path, 'r');
    try {
      const bytes = Buffer.alloc(4);
      await handle.read(bytes, 0, 4, 0);
      const text = bytes.toString('latin1');
      const kind = text.startsWith('PK')
        ? 'zip'
        : text === 'GGUF'
          ? 'gguf'
          : bytes[0] === 0x80
            ? 'pickle'
            : 'other';
      return { ok: true, value: kind };
    } finally {
      await handle.close();
    }
  } catch (error) {
    return cannotRead(path, error);
  }
}
