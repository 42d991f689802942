import path from 'node:path';
import type { Severity } from '../../language/rules/rule';
import type { Project } from '../../workspace/project';
import { type Command, type Invocation, printProblem, UsageError, wholeNumber } from '../command';
import { EXIT } from '../exitCodes';
import { findFiles, reportFound } from '../findFiles';
import { FORMATTERS } from '../formatters';
import { type Io, readBytesOf, wantsColour } from '../io';
import { openLintCache } from '../lint/lintCache';
import { type LintChoice, type Linted, type LintOutcome, lintFiles, lintStdin } from '../lint/lintFiles';
import { createStats, printStats } from '../lint/stats';
import { ENGINE_OPTION, serverOf } from '../machineEngines';
import { openProject, reportConfigProblems } from '../openProject';
import { packageVersion } from '../packageFiles';
import { plural } from '../plural';
import type { Report } from '../report';
import { writeWhole } from '../writeWhole';

const CACHE_NAME = '.sdpromptcache';

export const lintCommand: Command = {
  usage: '[files, folders, globs…]',
  options: {
    format: { type: 'string', short: 'f', value: 'FORMAT', help: 'stylish, json, sarif, github or junit' },
    engine: ENGINE_OPTION,
    'output-file': { type: 'string', short: 'o', value: 'FILE', help: 'write the report there' },
    fix: { type: 'boolean', help: 'apply safe fixes' },
    'unsafe-fixes': { type: 'boolean', help: 'with --fix: apply fixes that may change the picture, too' },
    'max-warnings': {
      type: 'string',
      value: 'N',
      help: 'exit 1 when there are more warnings (default: any number passes)',
    },
    quiet: {
      type: 'boolean',
      short: 'q',
      help: 'report errors only; warnings still count for --max-warnings',
    },
    stdin: {
      type: 'boolean',
      help: 'lint standard input; with --fix the fixed text goes to standard output',
    },
    'stdin-filename': { type: 'string', value: 'FILE', help: 'name the input has for configuration' },
    config: { type: 'string', value: 'FILE', help: 'use this configuration for every file' },
    'print-config': { type: 'string', value: 'FILE', help: 'print the configuration that counts for a file' },
    'lora-path': { type: 'string', multiple: true, value: 'DIR', help: 'a further folder of LoRAs' },
    'no-gitignore': { type: 'boolean', help: 'lint files that git ignores, too' },
    cache: { type: 'boolean', help: `keep findings in ${CACHE_NAME} and check changed files only` },
    'cache-location': { type: 'string', value: 'FILE', help: 'keep them there instead' },
    stats: { type: 'boolean', help: 'print counts and times to standard error' },
  },

  async run(invocation) {
    const { io } = invocation;
    const formatName = invocation.text('format') ?? 'stylish';
    const formatter = FORMATTERS.find(({ name }) => name === formatName);
    if (!formatter)
      throw new UsageError(
        `--format takes ${FORMATTERS.map(({ name }) => name).join(', ')}, not "${formatName}".`,
      );
    if (invocation.flag('unsafe-fixes') && !invocation.flag('fix'))
      throw new UsageError('--unsafe-fixes needs --fix.');
    if (invocation.flag('stdin') && invocation.positionals.length > 0)
      throw new UsageError('--stdin takes no files; name the input with --stdin-filename.');
    const maxWarnings =
      wholeNumber(invocation, 'max-warnings', 0, Number.MAX_SAFE_INTEGER) ?? Number.POSITIVE_INFINITY;
    const engine = await serverOf(io, invocation.text('engine'));
    if ('code' in engine) return engine.code;
    const project = openProject(io, {
      ...(engine.server && { server: engine.server }),
      ...optional('config', invocation.text('config')),
      loraPaths: invocation.list('lora-path'),
      gitignore: !invocation.flag('no-gitignore'),
    });
    try {
      const asked = invocation.text('print-config');
      if (asked !== undefined) return await printConfig(io, project, asked);
      const choice = readChoice(invocation);
      const outcome = await lintAll(invocation, project, choice);
      if (reportConfigProblems(io, project) !== EXIT.clean || !outcome) return EXIT.trouble;
      const { linted, isComplete } = outcome;
      if (linted.length === 0 && !isComplete) return EXIT.trouble;
      const report = summarize(linted, invocation.flag('quiet'));
      const output = invocation.text('output-file');
      const onTerminal = output === undefined && wantsColour(io.stdout, io.env);
      const text = formatter.format(report, { colour: onTerminal, version: packageVersion() });
      if (output !== undefined) {
        const written = await writeWhole(path.resolve(io.cwd, output), text, output);
        if (!written.ok) {
          printProblem(io, written.problem);
          return EXIT.trouble;
        }
      }
      // The fixed text is the result then; the report must not be mixed into it.
      if (invocation.flag('stdin') && invocation.flag('fix')) io.stdout.write(linted[0]?.text ?? '');
      else if (output === undefined) io.stdout.write(text);
      if (invocation.flag('stats')) printStats(io.stderr, choice.stats, report);
      if (report.warnings > maxWarnings)
        io.stderr.write(
          `sdprompt: ${plural(report.warnings, 'warning')}, more than --max-warnings ${maxWarnings} allows.\n`,
        );
      if (!isComplete) return EXIT.trouble;
      return report.errors > 0 || report.warnings > maxWarnings ? EXIT.findings : EXIT.clean;
    } finally {
      project.dispose();
    }
  },
};

function readChoice(invocation: Invocation): LintChoice {
  const location = invocation.text('cache-location') ?? (invocation.flag('cache') ? CACHE_NAME : undefined);
  return {
    stats: createStats(),
    args: invocation.positionals.map((arg) => path.resolve(invocation.io.cwd, arg)),
    ...(invocation.flag('fix') && { fix: { unsafe: invocation.flag('unsafe-fixes') } }),
    ...(location !== undefined &&
      !invocation.flag('stdin') && { cache: openLintCache(path.resolve(invocation.io.cwd, location)) }),
  };
}

async function lintAll(
  invocation: Invocation,
  project: Project,
  choice: LintChoice,
): Promise<LintOutcome | undefined> {
  const { io, positionals } = invocation;
  if (invocation.flag('stdin')) {
    const file = path.resolve(io.cwd, invocation.text('stdin-filename') ?? 'stdin.sdprompt');
    return lintStdin(io, project, file, await readBytesOf(io), choice);
  }
  // What all files of a folder share is read while the folder is walked; who needs it says what is wrong with it.
  const shared = project.linterFor(path.join(io.cwd, 'prompt.sdprompt')).catch(() => undefined);
  const found = await findFiles(io, project, positionals);
  await shared;
  return reportFound(io, found) ? lintFiles(io, project, found.files, choice) : undefined;
}

function summarize(linted: readonly Linted[], quiet: boolean): Report {
  const all = linted.flatMap(({ file }) => file.findings);
  const files = linted.map(({ file }) => ({
    path: file.path,
    findings: quiet ? file.findings.filter(({ severity }) => severity === 'error') : file.findings,
  }));
  const counts: Record<Severity, number> = { error: 0, warning: 0, info: 0, hint: 0 };
  const fixable = { safe: 0, unsafe: 0 };
  for (const { severity, fixes } of files.flatMap(({ findings }) => findings)) {
    counts[severity]++;
    if (fixes?.some(({ safe }) => safe)) fixable.safe++;
    else if (fixes?.length) fixable.unsafe++;
  }
  return {
    files,
    counts,
    fixable,
    fixed: linted.reduce((sum, { fixed }) => sum + fixed, 0),
    errors: counts.error,
    warnings: all.filter(({ severity }) => severity === 'warning').length,
  };
}

async function printConfig(io: Io, project: Project, file: string): Promise<number> {
  const { problems: _, ...configuration } = await project.configurationFor(path.resolve(io.cwd, file));
  io.stdout.write(`${JSON.stringify(configuration, null, 2)}\n`);
  return reportConfigProblems(io, project);
}

function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, string>);
}
