import { type ChildProcess, fork } from 'node:child_process';
import { constants, getPriority, setPriority } from 'node:os';
import { ENGINE_PROTOCOL_VERSION, type EngineEvent, type EngineRequest } from '../../shared/engineProtocol';
import { failure, type Result, success } from '../../shared/problem';
import type { EngineLog } from '../log';
import { type EarlyEnd, startProblem } from './startProblem';

/**
 * Blocks of 32 KB and more go back to the system when they are freed. Left to itself glibc raises that bound to 32 MB once
 * such a block was freed: merging frees as many bytes as the weights have, and a model that was closed would keep a third
 * of its memory until the process ends, when the next one needs it. The factors of LoRAs, hundreds of blocks below a
 * megabyte, would leave theirs behind in the same way: 0.2 GB after a stack of five.
 */
export const ALLOCATOR = { MALLOC_MMAP_THRESHOLD_: String(2 ** 15) };

/**
 * Lowers the priority of a process: an engine uses every core for minutes, and the editor must answer keys meanwhile.
 * Costs no speed on an idle machine. Where the system does not allow it, the priority stays as it is.
 */
export function lowerPriority(pid: number | undefined): void {
  try {
    const { PRIORITY_BELOW_NORMAL: below } = constants.priority;
    if (pid !== undefined && getPriority(pid) < below) setPriority(pid, below);
  } catch {
    // It may have ended already, or be another user's: neither matters here.
  }
}

/** One engine process, from fork to exit. */
export interface EngineProcess {
  readonly pid: number | undefined;
  /** The handshake: settled once. A process that fails it is killed. */
  readonly ready: Promise<Result<void>>;
  /** True once the handshake has succeeded. Before that a failure settles `ready`. */
  readonly isReady: boolean;
  /** True when this side ended it: that is no crash. */
  readonly isKilled: boolean;
  send(request: EngineRequest): void;
  kill(): void;
  /** Sends `shutdown`, kills the process if it does not exit in time, and waits for its exit. */
  stop(): Promise<void>;
}

interface StartOptions {
  readonly enginePath: string;
  readonly execPath?: string;
  readonly readyTimeoutMs: number;
  readonly log: EngineLog;
  onEvent(event: EngineEvent): void;
  /** `how` is the signal, the exit code or the system's error. */
  onExit(process: EngineProcess, how: string): void;
}

/** Milliseconds a process has to exit by itself. */
const STOP_GRACE_MS = 500;
/** Milliseconds to wait for the end of standard error, which says why a process could not start. */
const STDERR_GRACE_MS = 500;
/** Lines of standard error that are kept for that. */
const STDERR_LINES = 30;

/** Starts the process. ELECTRON_RUN_AS_NODE makes Electron's executable behave as Node; elsewhere it changes nothing. */
export function startEngine(options: StartOptions): EngineProcess {
  const child: ChildProcess = fork(options.enginePath, [], {
    execPath: options.execPath ?? process.execPath,
    execArgv: [],
    env: { ...ALLOCATOR, ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  lowerPriority(child.pid);
  let isReady = false;
  let isKilled = false;
  let isGone = false;
  const stderr: string[] = [];
  const gone = new Promise<void>((resolve) => {
    const end = (early: Omit<EarlyEnd, 'stderr'>) => {
      if (isGone) return;
      isGone = true;
      process.removeListener('exit', onParentExit);
      resolve();
      if (!isReady) settle({ ok: false, problem: startProblem({ ...early, stderr }) });
      options.onExit(handle, early.error ?? early.signal ?? `exit code ${early.exitCode}`);
    };
    child.once('exit', (exitCode, signal) => {
      const ended = () => end({ exitCode, signal });
      if (isReady || isKilled) return ended();
      // The last lines of standard error may arrive after the exit.
      const timer = setTimeout(ended, STDERR_GRACE_MS);
      child.once('close', () => {
        clearTimeout(timer);
        ended();
      });
    });
    child.once('error', (error) => end({ error: error.message }));
  });
  let settle: (result: Result<void>) => void = () => {};
  const ready = new Promise<Result<void>>((resolve) => {
    const timer = setTimeout(() => {
      settle(
        failure(
          'engine-start-timeout',
          `The engine process did not answer within ${options.readyTimeoutMs / 1000} seconds.`,
          'Try again when the machine is less busy; if it stays, read the log.',
        ),
      );
      kill();
    }, options.readyTimeoutMs);
    settle = (result) => {
      isReady = result.ok;
      clearTimeout(timer);
      resolve(result);
    };
  });
  const kill = () => {
    isKilled = true;
    child.kill('SIGKILL');
  };
  const onParentExit = () => child.kill('SIGKILL');
  process.once('exit', onParentExit);
  child.on('message', (message) => {
    const event = message as EngineEvent;
    if (event.type === 'ready') {
      const checked = checkProtocol(event.protocol);
      settle(checked);
      if (!checked.ok) kill();
    }
    options.onEvent(event);
  });
  relay(child.stdout, (line) => options.log('debug', line));
  relay(child.stderr, (line) => {
    if (!isReady && stderr.length < STDERR_LINES) stderr.push(line);
    options.log('warn', line);
  });

  const handle: EngineProcess = {
    get pid() {
      return child.pid;
    },
    ready,
    get isReady() {
      return isReady;
    },
    get isKilled() {
      return isKilled;
    },
    send(request) {
      // The callback keeps a closed channel from throwing; `onExit` reports the end.
      if (child.connected) child.send(request, () => {});
    },
    kill,
    async stop() {
      if (isGone) return;
      isKilled = true;
      handle.send({ type: 'shutdown' });
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      await gone;
      clearTimeout(timer);
    },
  };
  return handle;
}

function checkProtocol(protocol: number): Result<void> {
  if (protocol === ENGINE_PROTOCOL_VERSION) return success(undefined);
  return failure(
    'engine-protocol',
    `The engine process uses version ${protocol} of the protocol, this program version ${ENGINE_PROTOCOL_VERSION}.`,
    'Reinstall sdprompt: its files are of different versions.',
  );
}

/** Passes a stream on line by line. */
function relay(stream: NodeJS.ReadableStream | null, write: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim()) write(line);
  });
}
