import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SERVER_FLAGS } from '../../server/src/shared/serverFlags';
import { writeLoras } from './support/loras';
import { buildWorker, inTurns, loadLine, median, quantile, timed, versus } from './support/measure';

interface Measured {
  readonly milliseconds: number;
  readonly files: number;
  readonly megabytes: number;
  /** When a library answered from the index of an earlier run. */
  readonly answered: { readonly milliseconds: number; readonly processor: number };
  /** Processor time, milliseconds: what other programs on the machine stretch least. */
  readonly processor: number;
}

/**
 * `npm run bench -- library [--files=N] [--smoke]`: what the library costs over 10,000 LoRA files. Cold, against merely
 * opening each file and reading its header; warm, against cold; its memory; and completion over all its entries.
 */
export async function run(args: readonly string[]): Promise<number> {
  const isSmoke = args.includes('--smoke');
  const asked = args.find((arg) => arg.startsWith('--files='))?.slice('--files='.length);
  const count = asked === undefined ? (isSmoke ? 300 : 10_000) : Number(asked);
  const rounds = isSmoke ? 1 : 3;
  const folder = mkdtempSync(path.join(tmpdir(), 'sdprompt-bench-'));
  const workers: string[] = [];
  try {
    const loras = path.join(folder, 'loras');
    const cache = path.join(folder, 'cache.json');
    const bytes = writeLoras(loras, count);
    console.log(`${count} files, ${(bytes / 1e6).toFixed(0)} MB of headers, ${loadLine()}`);
    const worker = await buildWorker('library');
    workers.push(worker);
    const measure = async (...options: string[]): Promise<Measured> =>
      JSON.parse((await timed(worker, options, undefined, SERVER_FLAGS)).stdout) as Measured;

    const [read, readNow, look, cold, warm] = await inTurns(rounds, [
      () => measure('read', loras),
      () => measure('readNow', loras),
      () => measure('look', loras),
      () => {
        rmSync(cache, { force: true });
        return measure('index', loras, cache);
      },
      () => measure('index', loras, cache),
    ]);
    const time = (runs: readonly Measured[] | undefined) =>
      median((runs ?? []).map(({ milliseconds }) => milliseconds));
    const processor = (runs: readonly Measured[] | undefined) =>
      median((runs ?? []).map((run) => run.processor));
    const memory = (runs: readonly Measured[] | undefined) =>
      Math.max(...(runs ?? []).map(({ megabytes }) => megabytes));
    const show = (name: string, runs: readonly Measured[] | undefined) =>
      console.log(
        `${name.padEnd(14)} ${time(runs).toFixed(0)} ms (processor ${processor(runs).toFixed(0)} ms), at most ${memory(runs).toFixed(0)} MB`,
      );
    show('reading only', read);
    show('… that blocks', readNow);
    show('looking only', look);
    show('cold', cold);
    show('warm, checked', warm);
    const answer = (warm ?? []).map(({ answered }) => answered);
    const answered = median(answer.map(({ milliseconds }) => milliseconds));
    console.log(
      `warm, answering ${answered.toFixed(0)} ms (processor, start of the process included, ${median(answer.map(({ processor }) => processor)).toFixed(0)} ms)`,
    );

    const direct = await buildWorker('completion');
    const throughServer = await buildWorker('completionLsp');
    workers.push(direct, throughServer);
    const repeats = String(isSmoke ? 2 : 25);
    const server = path.resolve('dist/server.js');
    const medians = [await completion('completion', direct, [loras, path.join(folder, 'index'), repeats])];
    if (existsSync(server)) {
      const options = [server, loras, path.join(folder, 'index'), repeats];
      await completion('over the LSP', throughServer, options);
    } else console.log('There is no dist/server.js: completion over the LSP was not measured.');

    if (!isSmoke) {
      console.log(versus('cold / reading only', time(cold) / time(read), 1.5, 'at most'));
      console.log(versus('  in CPU time', processor(cold) / processor(read), 1.5, 'at most'));
      console.log(versus('warm, answering / cold', answered / time(cold), 1 / 20, 'at most'));
      // Of what is above 1 the index can be blamed: no start that notices every rewritten file does less than look.
      console.log(versus('warm, checked / cold', time(warm) / time(cold), 1 / 20, 'at most'));
      console.log(`  warm, checked / looking only: ${(time(warm) / time(look)).toFixed(2)}`);
      console.log(versus('cold memory, MB', memory(cold), 100, 'at most'));
      console.log(versus('warm memory, MB', memory(warm), 100, 'at most'));
      console.log(versus('completion median, ms', median(medians), 5, 'at most'));
    }
    console.log(loadLine());
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    for (const worker of workers) rmSync(worker, { force: true });
  }
}

/** Prints how completion's times are spread and returns their median, milliseconds. */
async function completion(name: string, worker: string, options: readonly string[]): Promise<number> {
  const { times } = JSON.parse((await timed(worker, options)).stdout) as { times: number[] };
  const at = (share: number) => `${quantile(times, share).toFixed(2)} ms`;
  console.log(
    `${name.padEnd(14)} median ${at(0.5)}, 90 % ${at(0.9)}, 99 % ${at(0.99)}, of ${times.length} requests`,
  );
  return median(times);
}
