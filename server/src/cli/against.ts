import path from 'node:path';
import { createEngineHost } from '../engines/local/host';
import type { ModelFacts } from '../shared/facts';
import type { MeasuredLora, Measurement } from '../shared/measurement';
import type { Problem } from '../shared/problem';
import type { Io } from './io';
import { chooseModel } from './modelArgument';
import { openProject } from './openProject';
import { ENGINE_BUNDLE } from './packageFiles';
import { createProgressLine } from './progressLine';

/** What one file does to a model, as `inspect --against` says it. */
export interface Against extends Omit<MeasuredLora, 'name' | 'blocks'> {
  readonly model: string;
  readonly blocks: readonly Omit<MeasuredLora['blocks'][number], 'change' | 'base'>[];
  readonly others: readonly { readonly file: string; readonly cosine: number; readonly common: number }[];
}

/** From this cosine on two files are the same changes, but for rounding. */
const SAME = 0.999;

/** Measures files against a model, at weight 1. A problem when that is not possible, nothing when it was cancelled. */
export async function measureAgainst(
  io: Io,
  written: string,
  files: readonly string[],
): Promise<{ readonly results?: Against[]; readonly problem?: Problem }> {
  const project = openProject(io);
  try {
    const model = chooseModel(
      io,
      await project.environmentFor(path.join(io.cwd, 'prompt.sdprompt')),
      written,
    );
    if (!model.ok) return { problem: model.problem };
    const measured = await measureWith(io, model.value, files);
    if (measured.measurement)
      await project.noteMeasured(model.value.path as string, files, measured.measurement);
    const { measurement, ...rest } = measured;
    return measurement ? { results: resultsOf(model.value.name, files, measurement) } : rest;
  } finally {
    project.dispose();
  }
}

async function measureWith(
  io: Io,
  model: ModelFacts,
  files: readonly string[],
): Promise<{ readonly measurement?: Measurement; readonly problem?: Problem }> {
  const { name, path: folder } = model;
  const host = createEngineHost({
    enginePath: ENGINE_BUNDLE,
    options: { threads: 0, mergeStrategy: 'auto', previewEvery: 0, idleUnloadMs: 0 },
    log: (level, message) => {
      if (level === 'warn' || level === 'error' || io.env.SDPROMPT_DEBUG)
        io.stderr.write(`${level}: ${message}\n`);
    },
  });
  const line = createProgressLine(io.stderr);
  try {
    const loras = files.map((file) => ({ name: path.basename(file), path: file, te: 1, unet: 1 }));
    const outcome = await host.measure(
      { model: { name, path: folder as string }, loras },
      { signal: io.signal, onProgress: (progress) => io.stderr.isTTY && line.show('', progress) },
    );
    line.clear();
    if (outcome.type === 'done') return { measurement: outcome.result };
    return outcome.type === 'failed' ? { problem: outcome.problem } : {};
  } finally {
    await host.dispose();
  }
}

function resultsOf(model: string, files: readonly string[], { loras, pairs }: Measurement): Against[] {
  return loras.map(({ name: _, blocks, ...measured }, index) => ({
    model,
    ...measured,
    blocks: blocks.map(({ block, ratio, touched, modules: all }) => ({
      block,
      ratio,
      touched,
      modules: all,
    })),
    others: pairs.flatMap(({ first, second, cosine, common }) => {
      if (first !== index && second !== index) return [];
      return [{ file: files[first === index ? second : first]!, cosine, common }];
    }),
  }));
}

/** The rows `inspect` prints for it. */
export function againstRows(against: Against): (readonly [string, string])[] {
  const { model, applied, total, reasons, ratio, blocks, others } = against;
  const why = reasons.length > 0 ? ` (${reasons.join('; ')})` : '';
  const rows: (readonly [string, string])[] = [
    ['against', `${model}: ${applied} of ${total} modules fit${why}`],
  ];
  if (ratio === undefined) return rows;
  rows.push(['change', `${percent(ratio)} of the weights it touches, at weight 1`]);
  const width = Math.max(...blocks.map(({ block }) => block.length));
  for (const block of blocks)
    rows.push([
      '',
      `${block.block.padEnd(width)}  ${percent(block.ratio).padStart(6)}  ${block.touched} of ${block.modules} matrices`,
    ]);
  for (const { file, cosine, common } of others)
    rows.push(['beside', besideOf(path.basename(file), cosine, common)]);
  return rows;
}

function besideOf(name: string, cosine: number, common: number): string {
  const over = `cosine ${cosine.toFixed(3)} over ${common} matrices`;
  if (cosine >= SAME) return `${name}: the same changes under another name (${over})`;
  if (cosine <= -SAME) return `${name}: the opposite changes (${over})`;
  return `${name}: ${over}`;
}

function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(ratio < 0.1 ? 2 : 1)} %`;
}
