import type { Problem } from '../../shared/problem';

/** How a process ended before it answered. */
export interface EarlyEnd {
  readonly exitCode?: number | null;
  readonly signal?: string | null;
  /** The system's error where the process could not be created, for example `spawn node ENOENT`. */
  readonly error?: string;
  /** Last lines of its standard error. */
  readonly stderr: readonly string[];
}

interface Cause {
  /** Found in the error or in standard error. */
  readonly pattern: RegExp;
  readonly what: string;
  readonly remedy: string;
}

/** Causes by what Node and the dynamic linker print for them; the first that matches is named. */
const CAUSES: readonly Cause[] = [
  {
    pattern: /version `GLIBC(XX)?_[\d.]+' not found|GLIBCXX?_[\d.]+ not (found|defined)/,
    what: 'this system’s C library is too old for ONNX Runtime',
    remedy: 'Use a system with glibc 2.28 or newer.',
  },
  {
    pattern: /Cannot find (module|package) '(onnxruntime-[^']*)'/,
    what: 'ONNX Runtime is not installed',
    remedy: 'Install onnxruntime-node beside sdprompt, or reinstall.',
  },
  {
    pattern:
      /cannot open shared object file|Library not loaded|ERR_DLOPEN_FAILED|specified module could not be found/i,
    what: 'a library that ONNX Runtime needs cannot be loaded',
    remedy:
      'Install the library that the log names; on Windows that is the Visual C++ redistributable as a rule.',
  },
  {
    pattern: /Cannot find module '[^']*engine[^']*\.c?js'/,
    what: 'its program file is missing',
    remedy: 'Reinstall sdprompt: its files are not complete.',
  },
  {
    pattern: /\b(ENOENT|EACCES|ENOEXEC|EPERM)\b/,
    what: 'its Node executable cannot be run',
    remedy: 'Check the setting sdprompt.engine.nodePath, or reinstall.',
  },
  {
    pattern: /heap out of memory|Cannot allocate memory|ENOMEM|bad_alloc/i,
    what: 'there is not enough memory',
    remedy: 'Close other programs, or raise the memory limit of the container.',
  },
];

/** The problem of an engine process that ended before it answered: names the cause where it is known. */
export function startProblem(end: EarlyEnd): Problem {
  const text = [end.error ?? '', ...end.stderr].join('\n');
  const cause = CAUSES.find(({ pattern }) => pattern.test(text)) ?? signalCause(end.signal);
  const { what, remedy } = cause ?? { what: howEnded(end), remedy: 'Read the log for the reason.' };
  const line = firstError(end.stderr);
  return {
    code: 'engine-start',
    message: `The engine process could not be started: ${what}${line === undefined ? '' : ` (${line})`}.`,
    remedy,
  };
}

function signalCause(signal: string | null | undefined): Omit<Cause, 'pattern'> | undefined {
  switch (signal) {
    case undefined:
    case null:
      return undefined;
    case 'SIGKILL':
      return {
        what: 'the system killed it (SIGKILL)',
        remedy:
          'Most often memory is short: close other programs, or raise the memory limit of the container.',
      };
    case 'SIGILL':
      return {
        what: 'this CPU lacks instructions that ONNX Runtime needs (SIGILL)',
        remedy: 'Use a machine with a newer CPU.',
      };
    default:
      return { what: `it ended with ${signal}`, remedy: 'Try again; if it stays, report it with the log.' };
  }
}

function howEnded({ exitCode, error }: EarlyEnd): string {
  return error ?? `it ended with exit code ${exitCode ?? 'unknown'}`;
}

/** The line of standard error that says what went wrong, without Node's frame around it. */
function firstError(stderr: readonly string[]): string | undefined {
  const line = stderr.find((text) => /error|cannot|not found/i.test(text)) ?? stderr[0];
  return line?.trim().replace(/\.$/, '').slice(0, 200);
}
