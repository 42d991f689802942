import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { hashFile } from '../../library/hashes';
import { type Inspection, inspectFile, inspectHeader } from '../../library/inspect';
import { failure, type Result, success } from '../../shared/problem';
import { type Command, printProblem, UsageError } from '../command';
import { EXIT } from '../exitCodes';
import type { Io } from '../io';

export const inspectCommand: Command = {
  usage: 'FILE…',
  options: {
    json: { type: 'boolean', help: 'print JSON: an object for one file, an array for several' },
    hashes: { type: 'boolean', help: 'also compute the hashes, which reads the whole file' },
    header: {
      type: 'boolean',
      help: 'the files are JSON: {"metadata", "tensors": {name: shape}, "dtype"}',
    },
  },

  async run({ io, positionals, flag }) {
    if (positionals.length === 0) throw new UsageError('inspect takes at least one file.');
    const inspections: Inspection[] = [];
    let refused = 0;
    for (const name of positionals) {
      const file = path.resolve(io.cwd, name);
      const result = flag('header') ? await readHeaderJson(file, name) : await inspectFile(file);
      if (result.ok) {
        const hashed =
          flag('hashes') && !flag('header') ? await withHashes(result.value, file) : result.value;
        inspections.push({ ...hashed, path: hashed.path || file });
        if (!flag('json')) print(io, name, hashed);
      } else {
        refused++;
        if (flag('json')) {
          io.stderr.write(`${JSON.stringify({ path: file, problem: result.problem })}\n`);
        } else printProblem(io, { ...result.problem, message: `${name}: ${result.problem.message}` });
      }
    }
    if (flag('json') && inspections.length > 0)
      io.stdout.write(
        `${JSON.stringify(positionals.length === 1 ? inspections[0] : inspections, null, 2)}\n`,
      );
    return refused > 0 ? EXIT.findings : EXIT.clean;
  },
};

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
  return hashes.ok ? { ...inspection, hashes: hashes.value } : inspection;
}

function print(io: Io, name: string, inspection: Inspection): void {
  const { candidates, architecture } = inspection;
  const rows: (readonly [string, string | number | undefined])[] = [
    ['kind', [inspection.kind, inspection.networkType].filter(Boolean).join(', ')],
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
    ['SHA-256', inspection.hashes?.sha256],
    ['AutoV3', inspection.hashes?.autoV3],
    ...inspection.problems.map(({ message }) => ['note', message] as const),
  ];
  const lines = rows
    .filter(([, value]) => value !== undefined)
    .map(([label, value]) => `  ${label.padEnd(9)} ${value}`);
  io.stdout.write(`${name}\n${lines.join('\n')}\n`);
}
