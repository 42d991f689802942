import path from 'node:path';
import type { GenerateOutcome, GenerateRequest } from '../engines/local/host';
import type { GenerationResult } from '../shared/engineProtocol';
import type { GenerationPlan } from '../shared/plan';
import { printProblem } from './command';
import { EXIT } from './exitCodes';
import type { Io } from './io';
import { plural } from './plural';
import { createProgressLine } from './progressLine';

export interface PictureToRender {
  readonly plan: GenerationPlan;
  /** File name inside the output folder; made when it is the picture's turn, since it may hold the time. */
  name(): string;
}

interface RenderRequest {
  readonly io: Io;
  readonly folder: string;
  readonly pictures: readonly PictureToRender[];
  readonly asJson: boolean;
  generate(plan: GenerationPlan, request: GenerateRequest): Promise<GenerateOutcome>;
}

/** Failures that every further picture would have as well: no engine process can be started. */
const FATAL: ReadonlySet<string> = new Set([
  'engine-start',
  'engine-start-timeout',
  'engine-protocol',
  'engine-crashing',
]);

/**
 * Renders pictures one after the other and prints what was made. A picture that fails is reported, and the next one is
 * rendered. Exit code: clean when all were made, findings when some failed, trouble after a cancel.
 */
export async function renderPictures({
  io,
  folder,
  pictures,
  asJson,
  generate,
}: RenderRequest): Promise<number> {
  const results: GenerationResult[] = [];
  let failures = 0;
  let isCancelled = false;
  for (const [index, { plan, name }] of pictures.entries()) {
    const label = pictures.length > 1 ? `${index + 1} of ${pictures.length}: ` : '';
    const line = createProgressLine(io.stderr);
    const outcome = await generate(plan, {
      outputPath: path.join(folder, name()),
      signal: io.signal,
      onProgress: (progress) => line.show(label, progress),
    });
    line.clear();
    if (outcome.type === 'done') {
      results.push(outcome.result);
      if (!asJson) io.stdout.write(describe(io, outcome.result));
    } else if (outcome.type === 'cancelled') {
      io.stderr.write('Cancelled.\n');
      isCancelled = true;
      break;
    } else {
      failures++;
      printProblem(io, { ...outcome.problem, message: `${label}${outcome.problem.message}` });
      if (FATAL.has(outcome.problem.code)) break;
    }
  }
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
  return failures > 0 ? EXIT.findings : EXIT.clean;
}

function describe(io: Io, result: GenerationResult): string {
  const shown = path.relative(io.cwd, result.path) || result.path;
  const seconds = ((result.timings.total ?? 0) / 1000).toFixed(1);
  const lines = [`${shown}  ${result.width}x${result.height}, seed ${result.seed}, ${seconds} s`];
  for (const { name, te, unet, applied, total, reasons } of result.merged) {
    const weight = te === unet ? `${unet}` : `text encoder ${te}, UNet ${unet}`;
    lines.push(
      `  ${name} at ${weight}: ${applied} of ${total} modules${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
