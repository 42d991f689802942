import { expect, it } from 'vitest';
import { startProblem } from '../../../../server/src/engines/local/startProblem';

const glibc =
  "Error: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.28' not found (required by libonnxruntime.so.1)";

it.each([
  ['an old C library', { exitCode: 1, stderr: [glibc] }, /C library/, /glibc 2\.28/],
  [
    'no runtime',
    { exitCode: 1, stderr: ['node:internal', "Error: Cannot find module 'onnxruntime-node'"] },
    /ONNX Runtime is not installed/,
    /Install onnxruntime-node/,
  ],
  [
    'a missing library',
    { exitCode: 1, stderr: ['Error: libonnxruntime.so.1: cannot open shared object file'] },
    /library.*libonnxruntime/,
    /Install the library/,
  ],
  [
    'a missing library on macOS',
    { exitCode: 1, stderr: ['Error: dlopen(x.node): Library not loaded: @rpath/libonnxruntime.dylib'] },
    /library/,
    /Install the library/,
  ],
  [
    'no bundle',
    { exitCode: 1, stderr: ["Error: Cannot find module '/opt/sdprompt/dist/engine.js'"] },
    /program file is missing/,
    /Reinstall/,
  ],
  ['no Node', { error: 'spawn /no/node ENOENT', stderr: [] }, /Node executable/, /nodePath/],
  ['a kill', { signal: 'SIGKILL', stderr: [] }, /SIGKILL/, /memory/],
  [
    'no memory',
    { signal: 'SIGABRT', stderr: ['FATAL ERROR: JavaScript heap out of memory'] },
    /memory/,
    /memory/,
  ],
  ['an old CPU', { signal: 'SIGILL', stderr: [] }, /SIGILL/, /newer CPU/],
  ['another signal', { signal: 'SIGSEGV', stderr: [] }, /SIGSEGV/, /report/],
  ['something else', { exitCode: 3, stderr: [] }, /exit code 3/, /log/],
])('%s', (_what, end, message, remedy) => {
  const problem = startProblem(end);
  expect(problem.code).toBe('engine-start');
  expect(problem.message).toMatch(message);
  expect(problem.remedy).toMatch(remedy);
  if (!/glibc|C library/i.test(problem.message)) expect(problem.remedy).not.toMatch(/glibc/);
});
