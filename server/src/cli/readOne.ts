import path from 'node:path';
import type { Result } from '../shared/problem';
import { type Invocation, UsageError } from './command';
import { readBytesOf } from './io';
import { readText } from './readText';
import { decodeText } from './sources';

/** The text of the one file a command takes, or of standard input with `--stdin`. */
export async function readOne(invocation: Invocation): Promise<Result<string>> {
  const { io, positionals } = invocation;
  if (invocation.flag('stdin')) {
    if (positionals.length > 0) throw new UsageError('--stdin takes no file.');
    return decodeText('standard input', await readBytesOf(io));
  }
  const [name, ...others] = positionals;
  if (name === undefined || others.length > 0) throw new UsageError('one file is needed, or --stdin.');
  return readText(path.resolve(io.cwd, name), name);
}
