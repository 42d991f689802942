import { mkdirSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { openModelFile } from '../../server/src/engine/graph/modelFile';
import { initialSlots } from '../../server/src/engine/weights/policy';
import { isMatrix } from '../../server/src/engine/weights/slots';
import type { WeightPolicy } from '../../server/src/shared/mergeStrategy';
import { type Child, startChild } from './support/child';
import { buildWorker, loadLine } from './support/measure';
import { createMergeReport, type MergeReport, megabytes } from './support/mergeReport';
import { type MergeSettings, mergeSettings } from './support/mergeSettings';
import { networkFile } from './support/networkFile';

/** The targets: `mixed` is what the engine takes by itself at this size. */
const LIMITS: Readonly<
  Record<string, { readonly edit: number; readonly step: number; readonly memory: number }>
> = {
  mixed: { edit: 0.2, step: 1.03, memory: 1.1 },
  merged: { edit: 0.2, step: 1.03, memory: 1.1 },
  branches: { edit: 0.02, step: 1.06, memory: 1.1 },
};
/** Largest sum of ranks that the targets are for. */
const LIMITED_RANK = 32;

/**
 * `npm run bench -- merge [--smoke] [--quick] [--model=FOLDER] [--threads=N] [--rounds=N] [--policies=A,B]`: what LoRAs cost
 * on a UNet of the size of Stable Diffusion 1's, as ratios. Two child processes hold a session each and work in turns
 * (A B A B): the one an untouched session, the other one of a weight policy. `time` is the ratio on the clock, `best` that of the
 * fastest rounds, `cpu` that of CPU time, which other programs' work hardly changes.
 */
export async function run(args: readonly string[]): Promise<number> {
  const settings = await mergeSettings(args);
  const worker = await buildWorker('merge');
  const files = networksFor(settings);
  if (!files) return 2;
  const report = createMergeReport();
  const { folder, threads } = settings;
  const start = (variant: string) => startChild(worker, [folder, variant, String(threads)]);
  report.line(
    `${files.matrices} matrices changed; ${cpus()[0]?.model ?? 'unknown processor'}, ${threads || 'all'} threads; ${loadLine()}`,
  );
  const constant = await start('constant');
  try {
    for (const policy of settings.policies) {
      const child = await start(policy);
      await measurePolicy(policy, { settings, report, constant, child, filesOf: files.of });
      await child.close();
    }
    await measureParent(report, constant);
  } finally {
    await constant.close();
    report.write();
  }
  return 0;
}

/** Writes LoRAs of every rank for all matrices that LoRAs usually change. */
function networksFor({ folder }: MergeSettings) {
  const opened = openModelFile(path.join(folder, 'model.onnx'));
  if (!opened.ok) {
    console.error(opened.problem.message);
    return undefined;
  }
  const { slots } = opened.value;
  const open = [...initialSlots(slots)].map((index) => slots[index]!).filter(isMatrix);
  opened.value.close();
  const networks = path.join(tmpdir(), 'sdprompt-bench', `loras-${path.basename(folder)}`);
  mkdirSync(networks, { recursive: true });
  const of = (rank: number, count: number) =>
    Array.from({ length: count }, (_, number) => networkFile(networks, open, rank, number));
  return { matrices: open.length, of };
}

interface Measuring {
  readonly settings: MergeSettings;
  readonly report: MergeReport;
  readonly constant: Child;
  readonly child: Child;
  filesOf(rank: number, count: number): string[];
}

async function measurePolicy(
  policy: WeightPolicy,
  { settings, report, constant, child, filesOf }: Measuring,
): Promise<void> {
  const { rounds, shapes, stacks, hasTargets } = settings;
  const limits = hasTargets ? LIMITS[policy] : undefined;
  let step: Asked[] = [];
  for (const [index, [side, batch]] of shapes.entries()) {
    const request = { do: 'step', side, batch } as const;
    const [own, untouched] = await inTurns(rounds, child, constant, request);
    if (index === 0) step = untouched;
    const at = `${policy}: step / untouched step, no LoRA, ${side}×${side}, batch ${batch}`;
    report.against(at, own, untouched, index === 0 ? limits?.step : undefined);
    report.memory(`  memory of its own`, own, untouched, limits?.memory);
  }
  const copies = await times(rounds + 1, () => child.ask({ do: 'copy' }));
  copies.shift();
  await child.ask({ do: 'settle' });
  const rebuilt = await times(Math.min(2, rounds), () => constant.ask({ do: 'rebuild' }));
  for (const [rank, count] of stacks) {
    const files = filesOf(rank, count);
    const isLimited = rank * count <= LIMITED_RANK;
    await child.ask({ do: 'edit', files });
    const edits = await times(Math.max(3, rounds), () => child.ask({ do: 'edit', files }));
    const of = `${count} of rank ${rank}`;
    report.against(
      `${policy}: edit / untouched step, ${of}`,
      edits,
      step,
      rank <= 32 ? limits?.edit : undefined,
    );
    report.against(`  edit / plain copy of all that can be merged`, edits, copies);
    report.against(`  opening the session anew / edit`, rebuilt, edits);
    const peak =
      Math.max(...edits.map((edit) => edit.peak)) - Math.min(...edits.map((edit) => edit.anonymous));
    const opened = edits.reduce((sum, edit) => sum + edit.sessions, 0);
    report.line(`  peak above the memory before: ${megabytes(peak)}; sessions opened: ${opened}`);
    const [side, batch] = shapes[0]!;
    const [own, untouched] = await inTurns(rounds, child, constant, { do: 'step', side, batch });
    report.against(
      `${policy}: step / untouched step, ${of}`,
      own,
      untouched,
      isLimited ? limits?.step : undefined,
    );
    report.memory(`  memory of its own`, own, untouched, isLimited ? limits?.memory : undefined);
  }
}

/** The parent while a child computes and while nothing does, and how fast a child is gone. */
async function measureParent(report: MergeReport, constant: Child): Promise<void> {
  // Long enough to be in the middle of it, with a small model too.
  const step = { do: 'step', side: 512, batch: 1 } as const;
  const gaps = await times(3, () => largestGap(() => constant.ask(step, false)));
  const { wall } = await constant.ask(step, false);
  const idle = await times(3, () => largestGap(() => new Promise((resolve) => setTimeout(resolve, wall))));
  const list = (values: readonly number[]) => values.map((value) => value.toFixed(0)).join(', ');
  report.line(
    `largest gap in the parent during a step: ${list(gaps)} ms, in the same time without one: ${list(idle)} ms (target at most 30)`,
  );
  const running = constant.ask(step).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const start = performance.now();
  process.kill(constant.pid, 'SIGKILL');
  await running;
  const gone = (performance.now() - start).toFixed(0);
  report.line(`a child killed in the middle of a step is gone after ${gone} ms (target at most 300)`);
}

/** The longest time this process could do nothing while `work` ran, milliseconds. */
async function largestGap(work: () => Promise<unknown>): Promise<number> {
  let largest = 0;
  let last = performance.now();
  const beat = setInterval(() => {
    const now = performance.now();
    largest = Math.max(largest, now - last - 5);
    last = now;
  }, 5);
  await work();
  clearInterval(beat);
  return largest;
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
  b: Child,
  request: Parameters<Child['ask']>[0],
): Promise<[Asked[], Asked[]]> {
  const results: [Asked[], Asked[]] = [[], []];
  for (let round = 0; round <= rounds; round++) {
    const [first, second] = [await a.ask(request), await b.ask(request)];
    if (round === 0) continue;
    results[0].push(first);
    results[1].push(second);
  }
  return results;
}
