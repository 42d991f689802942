// Stands in for the engine: does what the plan's name says, so that the host can be tested without a model.
const send = (event) => process.send(event);
const mode = process.env.FAKE_ENGINE ?? '';
if (mode === 'dies') process.exit(3);
if (mode === 'killed') process.kill(process.pid, 'SIGKILL');
if (mode === 'interrupted') process.kill(process.pid, 'SIGINT');
if (mode === 'library') {
  console.error('Error: libgomp.so.1: cannot open shared object file: No such file or directory');
  process.exit(1);
}
// Starts without an answer the first time, and well the second time.
const isFirst = mode === 'once-silent' && !require('node:fs').existsSync(process.env.FAKE_MARK);
if (isFirst) require('node:fs').writeFileSync(process.env.FAKE_MARK, '');
const cancelled = new Set();
process.on('disconnect', () => process.exit(0));
process.on('message', (request) => {
  if (request.type === 'shutdown') process.exit(0);
  if (request.type === 'cancel') cancelled.add(request.job);
  if (request.type !== 'generate' && request.type !== 'measure') return;
  const { job, plan, outputPath } = request;
  const bound = process.env.MALLOC_MMAP_THRESHOLD_;
  const result = { path: outputPath, seed: process.pid, options: request.options, bound };
  send({ type: 'progress', job, phase: 'sample', step: 1, of: 2 });
  if (plan.model.name === 'crash') process.kill(process.pid, 'SIGKILL');
  else if (plan.model.name === 'exit') process.exit(7);
  else if (plan.model.name === 'fail')
    send({ type: 'failed', job, problem: { code: 'x', message: 'm', remedy: 'r' } });
  else if (plan.model.name === 'busy') {
    // Deaf to messages, as the runtime is in the middle of a run.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
  } else if (plan.model.name === 'steps' || plan.model.name === 'slow') {
    if (plan.model.name === 'slow') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
    const turn = () => {
      if (cancelled.has(job)) send({ type: 'cancelled', job });
      else setImmediate(turn);
    };
    turn();
  } else send({ type: 'done', job, result });
});
if (mode !== 'silent' && !isFirst)
  send({ type: 'ready', protocol: mode === 'old' ? 0 : 2, pid: process.pid, runtime: 'fake', providers: [] });
