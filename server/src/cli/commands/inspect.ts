import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { hashFile, shortHashOf } from '../../library/hashes';
import { type Inspection, inspectFile, inspectHeader } from '../../library/inspect';
import { failure, type Problem, type Result, success } from '../../shared/problem';
import { type Against, againstRows, measureAgainst } from '../against';
import { type Command, printProblem, UsageError } from '../command';
import { EXIT } from '../exitCodes';
import type { Io } from '../io';

export const inspectCommand: Command = {
  usage: 'FILE…',
  options: {
    json: { type: 'boolean', help: 'print JSON: an object for one file, an array for several' },
    hashes: { type: 'boolean', help: 'also compute the hashes, which reads the whole file' },
    against: {
      type: 'string',
      value: 'MODEL',
      help: 'also say how much the LoRAs change a model’s weights, and how alike they are',
    },
    header: {
      type: 'boolean',
      help: 'the files are JSON: {"metadata", "tensors": {name: shape}, "dtype"}',
    },
  },

  async run({ io, positionals, flag, text }) {
    if (positionals.length === 0) throw new UsageError('inspect takes at least one file.');
    if (text('against') !== undefined && flag('header'))
      throw new UsageError('--against needs the files, not their headers.');
    const inspections: Inspected[] = [];
    let refused = 0;
    for (const name of positionals) {
      const file = path.resolve(io.cwd, name);
      const result = flag('header') ? await readHeaderJson(file, name) : await inspectFile(file);
      if (result.ok) {
        const hashed =
          flag('hashes') && !flag('header') ? await withHashes(result.value, file) : result.value;
        inspections.push({ name, inspection: { ...hashed, path: hashed.path || file } });
      } else {
        refused++;
        if (flag('json')) {
          io.stderr.write(`${JSON.stringify({ path: file, problem: result.problem })}\n`);
        } else printProblem(io, withName(result.problem, name, file));
      }
    }
    const model = text('against');
    if (model !== undefined && inspections.length > 0) {
      const code = await addAgainst(io, model, inspections);
      if (code !== EXIT.clean) return code;
    }
    if (!flag('json')) for (const one of inspections) print(io, one);
    else if (inspections.length > 0) {
      const shown = inspections.map(({ inspection, against }) => ({
        ...inspection,
        ...(against && { against }),
      }));
      io.stdout.write(`${JSON.stringify(positionals.length === 1 ? shown[0] : shown, null, 2)}\n`);
    }
    return refused > 0 ? EXIT.findings : EXIT.clean;
  },
};

interface Inspected {
  readonly name: string;
  readonly inspection: Inspection;
  against?: Against;
}

/** Measures the LoRAs among the files; the others keep what was said about them. */
async function addAgainst(io: Io, model: string, inspections: readonly Inspected[]): Promise<number> {
  const loras = inspections.filter(({ inspection }) => inspection.kind === 'lora');
  if (loras.length === 0) return EXIT.clean;
  const { results, problem } = await measureAgainst(
    io,
    model,
    loras.map(({ inspection }) => inspection.path),
  );
  if (problem) printProblem(io, problem);
  else if (!results) io.stderr.write('Cancelled.\n');
  results?.forEach((against, index) => {
    const lora = loras[index];
    if (lora) lora.against = against;
  });
  return results ? EXIT.clean : EXIT.trouble;
}

/** The problem under the name that was asked for. A message that begins with the path has named the file already. */
function withName(problem: Problem, name: string, file: string): Problem {
  const { message } = problem;
  const named = message.startsWith(`${file} `) ? name + message.slice(file.length) : `${name}: ${message}`;
  return { ...problem, message: named };
}

async function readHeaderJson(file: string, name: string): Promise<Result<Inspection>> {
  try {
    const header = JSON.parse(await readFile(file, 'utf8'));
    if (typeof header?.tensors !== 'object' || header.tensors === null)
      return failure(
        'not-a-header',
        `${name} has no "tensors".`,
        'Give {"metadata": …, "tensors": {name: shape}}.',
      );
    return success(inspectHeader(header, file));
  } catch (error) {
    return failure(
      'not-a-header',
      `${name} is not readable as JSON (${(error as Error).message}).`,
      'Give {"metadata": …, "tensors": {name: shape}}, not compressed.',
    );
  }
}

async function withHashes(inspection: Inspection, file: string): Promise<Inspection> {
  const hashes = await hashFile(file);
  if (!hashes.ok) return inspection;
  const shortHash = shortHashOf(inspection.kind, inspection.metadata, hashes.value);
  return { ...inspection, hashes: { ...hashes.value, ...(shortHash !== undefined && { shortHash }) } };
}

function print(io: Io, { name, inspection, against }: Inspected): void {
  const { candidates, architecture } = inspection;
  const rows: (readonly [string, string | number | undefined])[] = [
    ['kind', [...new Set([inspection.kind, inspection.networkType])].filter(Boolean).join(', ')],
    ['made for', architecture ?? (candidates.length > 0 ? `one of ${candidates.join(', ')}` : 'unknown')],
    ['because', inspection.reason],
    ['family', inspection.family],
    ['rank', inspection.rank],
    ['alpha', inspection.alpha],
    [
      'modules',
      Object.entries(inspection.modules)
        .map(([part, count]) => `${count} ${part}`)
        .join(', ') || undefined,
    ],
    ['triggers', inspection.triggerWords.join(' · ') || undefined],
    ['weight', inspection.preferredWeight],
    ['about', inspection.description],
    ...(against ? againstRows(against) : []),
    ['SHA-256', inspection.hashes?.sha256],
    ['AutoV1', inspection.hashes?.autoV1],
    ['AutoV2', inspection.hashes?.autoV2],
    ['AutoV3', inspection.hashes?.autoV3],
    ['short', inspection.hashes?.shortHash],
    ...inspection.problems.map(({ message }) => ['note', message] as const),
  ];
  const lines = rows
    .filter(([, value]) => value !== undefined)
    .map(([label, value]) => `  ${label.padEnd(9)} ${value}`);
  io.stdout.write(`${name}\n${lines.join('\n')}\n`);
}
