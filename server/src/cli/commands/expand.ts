import { stat } from 'node:fs/promises';
import path from 'node:path';
import {
  type BlockExpansion,
  type ExpandMode,
  expandBlock,
} from '../../language/dialects/dynamic/expandBlock';
import { createWildcardLookup } from '../../language/dialects/dynamic/wildcards';
import { parse } from '../../language/syntax/parse';
import { createLineIndex } from '../../language/text/lines';
import type { WildcardLookup } from '../../shared/wildcards';
import { nodeFiles } from '../../workspace/nodeFiles';
import { readWildcards } from '../../workspace/wildcards';
import { type Command, type Invocation, printProblem, UsageError, wholeNumber } from '../command';
import { EXIT } from '../exitCodes';
import type { Io } from '../io';
import { openProject, reportConfigProblems } from '../openProject';
import { readOne } from '../readOne';

const DEFAULT_LIMIT = 10_000;
const LARGEST_LIMIT = 1_000_000;

export const expandCommand: Command = {
  usage: 'FILE | --stdin',
  options: {
    all: { type: 'boolean', help: 'every distinct prompt' },
    count: { type: 'string', value: 'N', help: 'N prompts drawn at random (default: 1)' },
    seed: { type: 'string', value: 'N', help: 'seed of the draw, instead of the block’s' },
    block: { type: 'string', value: 'N', help: 'only the N-th block' },
    limit: { type: 'string', value: 'N', help: 'with --all: at most N prompts of a block (default: 10000)' },
    wildcards: {
      type: 'string',
      multiple: true,
      value: 'DIR',
      help: 'a folder of wildcard files, instead of the configured ones',
    },
    format: { type: 'string', short: 'f', value: 'FORMAT', help: 'text or json (default: text)' },
    stdin: { type: 'boolean', help: 'read the prompts from standard input' },
    config: { type: 'string', value: 'FILE', help: 'use this configuration' },
  },

  async run(invocation) {
    const { io } = invocation;
    const format = invocation.text('format') ?? 'text';
    if (format !== 'text' && format !== 'json')
      throw new UsageError(`--format takes text or json, not "${format}".`);
    const mode = readMode(invocation);
    const only = wholeNumber(invocation, 'block', 1, 1_000_000);
    const text = await readOne(invocation);
    if (!text.ok) {
      printProblem(io, text.problem);
      return EXIT.trouble;
    }
    const wildcards = await wildcardsFor(invocation);
    if (wildcards === undefined) return EXIT.trouble;
    const document = parse(text.value);
    const count = document.blocks.length;
    if (only !== undefined && only > count)
      throw new UsageError(`there is no block ${only}; the file has ${count}.`);
    const results: Numbered[] = [];
    for (const [index, block] of document.blocks.entries()) {
      if (only !== undefined && index + 1 !== only) continue;
      if (io.signal.aborted) {
        io.stderr.write('Cancelled.\n');
        return EXIT.trouble;
      }
      results.push({ number: index + 1, expansion: expandBlock(document, block, mode, wildcards) });
    }
    if (format === 'json') io.stdout.write(`${JSON.stringify(results.map(toJson), null, 2)}\n`);
    else io.stdout.write(toText(results));
    printNotes(io, results, text.value, count > 1);
    return results.every(({ expansion }) => expansion.ok) ? EXIT.clean : EXIT.findings;
  },
};

interface Numbered {
  /** From 1. */
  readonly number: number;
  readonly expansion: BlockExpansion;
}

function readMode(invocation: Invocation): ExpandMode {
  const limit = wholeNumber(invocation, 'limit', 1, LARGEST_LIMIT);
  const count = wholeNumber(invocation, 'count', 1, LARGEST_LIMIT);
  const seed = wholeNumber(invocation, 'seed', -1, Number.MAX_SAFE_INTEGER);
  if (invocation.flag('all')) {
    if (count !== undefined) throw new UsageError('--all and --count exclude each other.');
    return { type: 'all', limit: limit ?? DEFAULT_LIMIT };
  }
  if (limit !== undefined) throw new UsageError('--limit belongs to --all.');
  return { type: 'random', count: count ?? 1, ...(seed !== undefined && { seed: Math.max(0, seed) }) };
}

/** The wildcards of the folders named, or of the configuration; undefined, after saying why, where there is trouble. */
async function wildcardsFor(invocation: Invocation): Promise<WildcardLookup | undefined> {
  const { io } = invocation;
  const named = invocation.list('wildcards').map((folder) => path.resolve(io.cwd, folder));
  for (const folder of named) {
    const found = await stat(folder).catch(() => undefined);
    if (!found?.isDirectory()) throw new UsageError(`--wildcards takes a folder; ${folder} is none.`);
  }
  if (named.length > 0) return createWildcardLookup(await readWildcards(nodeFiles, named));
  const config = invocation.text('config');
  const project = openProject(io, { ...(config !== undefined && { config }) });
  try {
    const file = path.resolve(io.cwd, invocation.positionals[0] ?? 'prompt.sdprompt');
    const { wildcardPaths } = await project.configurationFor(file);
    if (reportConfigProblems(io, project) !== EXIT.clean) return undefined;
    return createWildcardLookup(await readWildcards(nodeFiles, wildcardPaths));
  } finally {
    project.dispose();
  }
}

function toJson({ number, expansion }: Numbered): unknown {
  if (!expansion.ok) {
    const { code, message, range } = expansion.problem;
    return { block: number, problem: { code, message, range } };
  }
  const { prompts, negativePrompts, complete } = expansion.value;
  return { block: number, prompts, ...(negativePrompts && { negativePrompts }), complete };
}

/** One prompt a line. */
function toText(results: readonly Numbered[]): string {
  const blocks = results.map(({ expansion }) =>
    expansion.ok ? expansion.value.prompts.map((prompt) => `${oneLine(prompt)}\n`).join('') : '',
  );
  return blocks.join('---\n');
}

function oneLine(prompt: string): string {
  return prompt.trim().replace(/\s*(?:\r\n|\r|\n)\s*/gu, ' ');
}

function printNotes(io: Io, results: readonly Numbered[], text: string, several: boolean): void {
  const lines = createLineIndex(text);
  const missing = new Set<string>();
  for (const { number, expansion } of results) {
    const place = several ? `block ${number}: ` : '';
    if (!expansion.ok) {
      const { range, ...problem } = expansion.problem;
      const { line, character } = lines.positionAt(range.start);
      printProblem(io, {
        ...problem,
        message: `${place}${problem.message} (line ${line + 1}, column ${character + 1})`,
      });
      continue;
    }
    for (const name of expansion.value.missing) missing.add(name);
    if (!expansion.value.complete)
      io.stderr.write(`${place}there are more prompts than the ${expansion.value.prompts.length} printed.\n`);
  }
  for (const name of missing)
    io.stderr.write(`no wildcard file is called ${name}, so __${name}__ stays in the text.\n`);
}
