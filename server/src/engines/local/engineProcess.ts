import { type ChildProcess, fork } from 'node:child_process';
import { constants, getPriority, setPriority } from 'node:os';
import { ENGINE_PROTOCOL_VERSION, type EngineEvent, type EngineRequest } from '../../shared/engineProtocol';
import { failure, type Result, success } from '../../shared/problem';
import type { EngineLog } from '../log';

/**
 * Blocks of 32 KB and more go back to the system when they are freed. Left to itself glibc raises that bound to 32 MB once
 * such a block was freed: merging frees as many bytes as the weights have, and a model that was closed would keep a third
 * of its memory until the process ends, when the next one needs it. The factors of LoRAs, hundreds of blocks below a
 * megabyte, would leave theirs behind in the same way: 0.2 GB after a stack of five.
 */
export const ALLOCATOR = { MALLOC_MMAP_THRESHOLD_: String(2 ** 15) };

/**
 * Lets everything else on the machine go first: an engine uses every core for minutes, and the editor must answer keys
 * meanwhile. Without competition it is as fast as ever. A system that does not allow it leaves the process as it is.
 */
export function letOthersFirst(pid: number | undefined): void {
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
  /** The handshake: settled once. A process that fails it is ended. */
  readonly ready: Promise<Result<void>>;
  /** True once the handshake has succeeded. Before that `ready` tells of a failure. */
  readonly isReady: boolean;
  /** True when this side ended it: such an end is no crash. */
  readonly isKilled: boolean;
  send(request: EngineRequest): void;
  kill(): void;
  /** Asks it to leave, ends it if it does not, and waits until it is gone. */
  stop(): Promise<void>;
}

interface StartOptions {
  readonly enginePath: string;
  readonly execPath?: string;
  readonly readyTimeoutMs: number;
  readonly log: EngineLog;
  onEvent(event: EngineEvent): void;
  onExit(process: EngineProcess, how: string): void;
}

/** Milliseconds a process has to leave by itself. */
const STOP_GRACE_MS = 500;

/** Starts the process. In Electron the running executable is told to be Node; elsewhere that changes nothing. */
export function startEngine(options: StartOptions): EngineProcess {
  const child: ChildProcess = fork(options.enginePath, [], {
    execPath: options.execPath ?? process.execPath,
    execArgv: [],
    env: { ...ALLOCATOR, ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  letOthersFirst(child.pid);
  let isReady = false;
  let isKilled = false;
  let isGone = false;
  const gone = new Promise<void>((resolve) => {
    const end = (how: string) => {
      if (isGone) return;
      isGone = true;
      process.removeListener('exit', onParentExit);
      resolve();
      if (!isReady)
        settle(
          failure(
            'engine-start',
            `The engine process could not be started (${how}).`,
            'Look into the log; on Linux, glibc 2.28 or newer is needed.',
          ),
        );
      options.onExit(handle, how);
    };
    child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
    child.once('error', (error) => end(error.message));
  });
  let settle: (result: Result<void>) => void = () => {};
  const ready = new Promise<Result<void>>((resolve) => {
    const timer = setTimeout(() => {
      settle(
        failure(
          'engine-start-timeout',
          `The engine process did not answer within ${options.readyTimeoutMs / 1000} seconds.`,
          'Try again; if the machine is busy, wait until it is not.',
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
    if (event.type === 'ready') settle(checkProtocol(event.protocol));
    options.onEvent(event);
  });
  relay(child.stdout, (line) => options.log('debug', line));
  relay(child.stderr, (line) => options.log('warn', line));

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
      // The callback keeps a closed channel from throwing; the exit tells the rest.
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
    `The engine speaks protocol ${protocol}, this program ${ENGINE_PROTOCOL_VERSION}.`,
    'Reinstall: the parts are of different versions.',
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
