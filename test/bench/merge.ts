import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openModelFile } from '../../server/src/engine/graph/modelFile';
import { initialSlots } from '../../server/src/engine/weights/choose';
import { type Child, startChild } from './support/child';
import { buildWorker, loadLine, median } from './support/measure';
import { networkFile } from './support/networkFile';
import { unetModel } from './support/unetModel';
import type { Measured } from './workers/merge';

interface Settings {
  readonly folder: string;
  readonly threads: number;
  readonly rounds: number;
  /** Side in pixels and batch. */
  readonly shapes: readonly (readonly [side: number, batch: number])[];
  /** Rank and number of LoRAs. */
  readonly stacks: readonly (readonly [rank: number, count: number])[];
  /** Stacks for which `branches` is measured at every shape rather than the first alone. */
  readonly everyShape: number;
}

/**
 * `npm run bench -- merge [--smoke] [--model=FOLDER] [--threads=N] [--rounds=N] [--quick]`: what LoRAs cost on a UNet of the
 * size of Stable Diffusion 1's, as ratios. Two child processes hold a session each and work in turns (A B A B). `time`
 * is the ratio on the clock, `cpu` that of processor time, which other programs' work hardly changes.
 */
export async function run(args: readonly string[]): Promise<number> {
  const settings = await settingsOf(args);
  const worker = await buildWorker('merge');
  const networks = path.join(tmpdir(), 'sdprompt-bench', `loras-${path.basename(settings.folder)}`);
  mkdirSync(networks, { recursive: true });
  const opened = openModelFile(path.join(settings.folder, 'model.onnx'));
  if (!opened.ok) {
    console.error(opened.problem.message);
    return 2;
  }
  const { slots } = opened.value;
  const open = [...initialSlots(slots)].map((index) => slots[index]!);
  const filesOf = (rank: number, count: number) =>
    Array.from({ length: count }, (_, number) => networkFile(networks, open, rank, number));
  opened.value.close();

  const report = createReport();
  const { folder, threads } = settings;
  const start = (variant: string) => startChild(worker, [folder, variant, String(threads)]);
  report.line(
    `${open.length} matrices open; ${cpus()[0]?.model ?? 'unknown processor'}, ${threads || 'all'} threads; ${loadLine()}`,
  );
  const constant = await start('constant');
  try {
    const inputs = await start('inputs');
    await measureInputs(settings, report, constant, inputs, filesOf);
    await inputs.close();
    const branches = await start('branches');
    await measureBranches(settings, report, constant, branches, filesOf);
    await branches.close();
    const rebuilt = await times(Math.min(2, settings.rounds), () => constant.ask({ do: 'rebuild' }));
    report.against('opening the session anew / edit of rank 8 by inputs', rebuilt, report.remembered('edit'));
    await measureProcess(settings, report, constant);
  } finally {
    await constant.close();
    report.write();
  }
  return 0;
}

type FilesOf = (rank: number, count: number) => string[];

async function measureInputs(
  { rounds, shapes, stacks }: Settings,
  report: Report,
  constant: Child,
  inputs: Child,
  filesOf: FilesOf,
): Promise<void> {
  for (const [side, batch] of shapes) {
    const step = { do: 'step', side, batch } as const;
    const [a, b] = await inTurns(rounds, constant, step, inputs, step);
    if (!report.remembered('step')) report.remember('step', a);
    report.against(`inputs: step / constant step, ${side}×${side}, batch ${batch}`, b, a);
    report.line(`  anonymous memory ${memoryRatio(a, b)} of the constant session's`);
  }
  const step = report.remembered('step') ?? [];
  const copies = await times(rounds, () => inputs.ask({ do: 'copy' }));
  const settled = await inputs.ask({ do: 'memory' });
  for (const [rank, count] of stacks) {
    const files = filesOf(rank, count);
    await inputs.ask({ do: 'edit', files });
    const edits = await times(Math.max(3, rounds), () => inputs.ask({ do: 'edit', files }));
    if (!report.remembered('edit')) report.remember('edit', edits);
    report.against(`inputs: edit / step, ${count} of rank ${rank}`, edits, step);
    report.against(`  edit / plain copy of the merged bytes`, edits, copies);
    const peak =
      Math.max(...edits.map((edit) => edit.peak)) - Math.min(...edits.map((edit) => edit.anonymous));
    report.line(
      `  peak above the memory before: ${megabytes(peak)}; sessions opened: ${sumOf(edits, 'sessions')}`,
    );
  }
  report.line(
    `inputs after all edits: ${megabytes((await inputs.ask({ do: 'memory' })).anonymous - settled.anonymous)} more`,
  );
}

async function measureBranches(
  { rounds, shapes, stacks, everyShape }: Settings,
  report: Report,
  constant: Child,
  branches: Child,
  filesOf: FilesOf,
): Promise<void> {
  const step = report.remembered('step') ?? [];
  for (const [index, [rank, count]] of stacks.entries()) {
    const files = filesOf(rank, count);
    await branches.ask({ do: 'edit', files });
    const edits = await times(Math.max(3, rounds), () => branches.ask({ do: 'edit', files }));
    report.against(`branches: edit / step, ${count} of rank ${rank}`, edits, step);
    for (const [side, batch] of index < everyShape ? shapes : shapes.slice(0, 1)) {
      const run = { do: 'step', side, batch } as const;
      const [a, b] = await inTurns(rounds, constant, run, branches, run);
      report.against(
        `branches: step / constant step, ${count} of rank ${rank}, ${side}×${side}, batch ${batch}`,
        b,
        a,
      );
      report.line(
        `  anonymous memory ${memoryRatio(a, b)} of the constant session's; sessions opened: ${sumOf(edits, 'sessions')}`,
      );
    }
  }
}

/** The parent while a child computes, and how fast a child is gone. */
async function measureProcess({ shapes }: Settings, report: Report, constant: Child): Promise<void> {
  const [side, batch] = shapes[0]!;
  let largest = 0;
  let last = performance.now();
  const beat = setInterval(() => {
    const now = performance.now();
    largest = Math.max(largest, now - last - 5);
    last = now;
  }, 5);
  await constant.ask({ do: 'step', side, batch });
  clearInterval(beat);
  report.line(`largest gap in the parent during a step: ${largest.toFixed(0)} ms`);
  const running = constant.ask({ do: 'step', side, batch }).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const start = performance.now();
  process.kill(constant.pid, 'SIGKILL');
  await running;
  report.line(
    `a child killed in the middle of a step is gone after ${(performance.now() - start).toFixed(0)} ms`,
  );
}

async function times<T>(count: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < count; i++) results.push(await work());
  return results;
}

type Asked = Awaited<ReturnType<Child['ask']>>;

/** A B A B after one round that does not count. */
async function inTurns(
  rounds: number,
  a: Child,
  ofA: Parameters<Child['ask']>[0],
  b: Child,
  ofB: Parameters<Child['ask']>[0],
): Promise<[Asked[], Asked[]]> {
  const results: [Asked[], Asked[]] = [[], []];
  for (let round = 0; round <= rounds; round++) {
    const [first, second] = [await a.ask(ofA), await b.ask(ofB)];
    if (round === 0) continue;
    results[0].push(first);
    results[1].push(second);
  }
  return results;
}

function memoryRatio(constant: readonly Asked[], other: readonly Asked[]): string {
  const of = (list: readonly Asked[]) => median(list.map(({ anonymous }) => anonymous));
  return (of(other) / of(constant)).toFixed(2);
}

function sumOf(list: readonly Measured[], key: 'sessions'): number {
  return list.reduce((sum, one) => sum + one[key], 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

type Report = ReturnType<typeof createReport>;

/** Prints as it goes, and writes everything at the end. */
function createReport() {
  const rows: unknown[] = [];
  const known = new Map<string, readonly Measured[]>();
  return {
    remember(name: string, values: readonly Measured[]): void {
      known.set(name, values);
    },
    remembered: (name: string) => known.get(name),
    line(text: string): void {
      console.log(text);
      rows.push(text);
    },
    /** Medians of the ratios of the rounds; where the two were not measured in turns, ratio of the medians. */
    against(what: string, above: readonly Measured[], below: readonly Measured[] = []): void {
      const of = (key: 'wall' | 'cpu') => {
        const [a, b] = [above, below].map((list) => list.map((one) => one[key]));
        const isPaired = above.length === below.length;
        return isPaired ? median(a!.map((value, i) => value / b![i]!)) : median(a!) / median(b!);
      };
      const [time, cpu] = [of('wall'), of('cpu')];
      const own = median(above.map(({ wall }) => wall));
      console.log(
        `${what.padEnd(78)} time ${time.toFixed(3)}  cpu ${cpu.toFixed(3)}  (${own.toFixed(0)} ms)`,
      );
      rows.push({ what, time, cpu, above, below });
    },
    write(): void {
      mkdirSync('test-results', { recursive: true });
      writeFileSync('test-results/bench-merge.json', JSON.stringify(rows, null, 1));
    },
  };
}

async function settingsOf(args: readonly string[]): Promise<Settings> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      model: { type: 'string' },
      threads: { type: 'string' },
      rounds: { type: 'string' },
      smoke: { type: 'boolean' },
      quick: { type: 'boolean' },
    },
    strict: false,
  });
  const isSmoke = values.smoke === true;
  const folder =
    typeof values.model === 'string'
      ? path.resolve(values.model)
      : await unetModel(isSmoke ? 'small' : 'sd1');
  const threads = Number(values.threads ?? 0);
  if (isSmoke)
    return {
      folder,
      threads,
      rounds: 1,
      shapes: [
        [128, 1],
        [128, 2],
      ],
      stacks: [
        [8, 1],
        [32, 3],
      ],
      everyShape: 1,
    };
  const rounds = Number(values.rounds ?? 5);
  const shapes = [
    [512, 1],
    [512, 2],
    [256, 1],
  ] as const;
  if (values.quick === true)
    return {
      folder,
      threads,
      rounds,
      shapes: [[512, 1]],
      stacks: [
        [32, 1],
        [8, 1],
      ],
      everyShape: 0,
    };
  const stacks = [8, 32, 128].flatMap((rank) => [1, 3, 5].map((count) => [rank, count] as const));
  return { folder, threads, rounds, shapes, stacks, everyShape: 1 };
}
