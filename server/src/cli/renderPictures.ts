import path from 'node:path';
import type { Engine, GenerateOutcome } from '../engines/engine';
import { runQueue } from '../engines/queue/queue';
import type { GenerationResult } from '../shared/engineProtocol';
import { LOCAL_ENGINE } from '../shared/engines';
import type { GenerationPlan } from '../shared/plan';
import { printProblem } from './command';
import { EXIT } from './exitCodes';
import type { Io } from './io';
import { plural } from './plural';
import { createProgressLine } from './progressLine';

export interface PictureToRender {
  /** By engine name; see `QueueJob`. */
  readonly plans: ReadonlyMap<string, GenerationPlan>;
  /** File name inside the output folder; made when it is the picture's turn, since it may hold the time. */
  name(): string;
  /** Called with the file that was written. */
  written?(file: string): Promise<void>;
}

interface RenderRequest {
  readonly io: Io;
  readonly folder: string;
  readonly pictures: readonly PictureToRender[];
  readonly engines: readonly Engine[];
  readonly asJson: boolean;
  /** What an engine drew otherwise than asked is a finding. */
  readonly isStrict?: boolean;
}

/**
 * Renders pictures on the engines and prints what was made, in order. A picture that fails is reported, and the others are
 * rendered. Exit code: clean when all were made, findings when some failed, trouble after a cancel.
 */
export async function renderPictures(request: RenderRequest): Promise<number> {
  const { io, folder, pictures, engines, asJson, isStrict = false } = request;
  const results: GenerationResult[] = [];
  const recorded: (Promise<void> | undefined)[] = [];
  const line = createProgressLine(io.stderr);
  let failures = 0;
  let differing = 0;
  let isCancelled = false;
  const where = (job: number, engine: Engine | undefined) =>
    `${engines.length > 1 && engine ? `${engine.name}: ` : ''}${pictures.length > 1 ? `${job + 1} of ${pictures.length}: ` : ''}`;

  const settled = (job: number, outcome: GenerateOutcome, engine: Engine | undefined) => {
    line.clear();
    if (outcome.type === 'done') {
      const result = withEngine(outcome.result, engine);
      results.push(result);
      recorded.push(pictures[job]?.written?.(result.path));
      if (!asJson) io.stdout.write(describe(io, result));
      if (tellDifferences(io, result)) differing++;
    } else if (outcome.type === 'cancelled') {
      if (!isCancelled) io.stderr.write('Cancelled.\n');
      isCancelled = true;
    } else if (engine !== undefined || failures === 0) {
      failures++;
      printProblem(io, { ...outcome.problem, message: `${where(job, engine)}${outcome.problem.message}` });
    }
  };
  await runQueue(
    pictures.map(({ plans, name }) => ({ plans, outputPath: () => path.join(folder, name()) })),
    engines,
    {
      signal: io.signal,
      onProgress: (job, engine, progress) => line.show(where(job, engine), progress),
      onSettled: settled,
      onRetired: (engine, problem) => {
        line.clear();
        if (engines.length > 1)
          io.stderr.write(`warning: ${engine.name} gets no further pictures: ${problem.message}\n`);
      },
    },
  );
  await Promise.all(recorded);
  if (asJson) io.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  const rest = pictures.length - results.length - failures;
  if (pictures.length > 1 && results.length < pictures.length) {
    const parts = [
      `${results.length} of ${plural(pictures.length, 'picture')} made`,
      ...(failures > 0 ? [`${failures} failed`] : []),
      ...(rest > 0 ? [`${rest} not started`] : []),
    ];
    io.stderr.write(`${parts.join(', ')}.\n`);
  }
  if (isCancelled) return EXIT.trouble;
  return failures > 0 || (isStrict && differing > 0) ? EXIT.findings : EXIT.clean;
}

/** Says what an engine elsewhere drew otherwise; true where there is something. */
function tellDifferences(io: Io, { engine, notes = [] }: GenerationResult): boolean {
  const differences = engine?.differences ?? [];
  const own = engine?.type === 'local' ? [] : notes;
  for (const words of [...differences, ...own]) io.stderr.write(`note: ${engine?.name}: ${words}\n`);
  return differences.length > 0;
}

/** Every result says which engine drew it. */
function withEngine(result: GenerationResult, engine: Engine | undefined): GenerationResult {
  return result.engine
    ? result
    : {
        ...result,
        engine: { name: engine?.name ?? LOCAL_ENGINE, type: engine?.type ?? 'local', differences: [] },
      };
}

function describe(io: Io, result: GenerationResult): string {
  const shown = path.relative(io.cwd, result.path) || result.path;
  const seconds = ((result.timings.total ?? 0) / 1000).toFixed(1);
  const { engine } = result;
  const by =
    engine === undefined || engine.type === 'local'
      ? ''
      : `, ${engine.name}${engine.program === undefined ? '' : ` (${[engine.program, engine.version].filter(Boolean).join(' ')})`}`;
  const lines = [`${shown}  ${result.width}x${result.height}, seed ${result.seed}, ${seconds} s${by}`];
  for (const { name, te, unet, applied, total, reasons } of result.merged) {
    const weight = te === unet ? `${unet}` : `text encoder ${te}, UNet ${unet}`;
    lines.push(
      `  ${name} at ${weight}: ${applied} of ${total} modules${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
