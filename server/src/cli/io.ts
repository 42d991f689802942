import path from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';

/** The outside world as a command sees it: tests hand in their own. */
export interface Io {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  /** Findings and results. */
  readonly stdout: Output;
  /** Progress, warnings and errors. */
  readonly stderr: Output;
  /** Aborted by Ctrl+C and SIGTERM: commands that take long check it and stop. */
  readonly signal: AbortSignal;
}

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Reads standard input to its end. Rejects with an AbortError when the signal is aborted. */
export async function readBytesOf({ stdin, signal }: Pick<Io, 'stdin' | 'signal'>): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  addAbortSignal(signal, stdin);
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Reads standard input to its end as UTF-8. */
export async function readAll(io: Pick<Io, 'stdin' | 'signal'>): Promise<string> {
  return Buffer.from(await readBytesOf(io)).toString('utf8');
}

/** Colour only on a terminal, never with NO_COLOR set, always with FORCE_COLOR. */
export function wantsColour(output: Output, env: Io['env']): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR && env.FORCE_COLOR !== '0') return true;
  return output.isTTY === true && env.TERM !== 'dumb';
}

/** A file as reports name it: relative to the working folder, with `/`. */
export function shownPath(io: Io, file: string): string {
  const below = `${io.cwd}${path.sep}`;
  // What `path.relative` finds out in many steps is plain to see for most files.
  const relative = file.startsWith(below) ? file.slice(below.length) : path.relative(io.cwd, file);
  return (path.sep === '/' ? relative : relative.split(path.sep).join('/')) || '.';
}
