import path from 'node:path';
import { formatDocument } from '../../language/features/format';
import { parse } from '../../language/syntax/parse';
import { applyEdits } from '../../language/text/edits';
import type { Result } from '../../shared/problem';
import { type Command, printProblem, UsageError } from '../command';
import { EXIT } from '../exitCodes';
import { findFiles, reportFound } from '../findFiles';
import { readBytesOf, shownPath } from '../io';
import { openProject, reportConfigProblems } from '../openProject';
import { plural } from '../plural';
import { readBytes } from '../readText';
import { readSource, rewrite, type Source } from '../sources';
import { rewriteWhole } from '../writeWhole';

export const formatCommand: Command = {
  usage: '[files, folders, globs…]',
  options: {
    check: { type: 'boolean', help: 'write nothing; exit 1 and list the files that would change' },
    stdin: { type: 'boolean', help: 'format standard input and print the result' },
    'stdin-filename': { type: 'string', value: 'FILE', help: 'name the input has' },
    config: { type: 'string', value: 'FILE', help: 'use this configuration for every file' },
    'no-gitignore': { type: 'boolean', help: 'format files that git ignores, too' },
  },

  async run({ io, positionals, flag, text }) {
    if (flag('stdin')) {
      if (positionals.length > 0) throw new UsageError('--stdin takes no files.');
      const bytes = await readBytesOf(io);
      const formatted = formatBytes(text('stdin-filename') ?? 'stdin.sdprompt', bytes);
      if (!formatted.ok) {
        printProblem(io, formatted.problem);
        return EXIT.trouble;
      }
      if (flag('check')) return formatted.value.isChanged ? EXIT.findings : EXIT.clean;
      io.stdout.write(formatted.value.text);
      return EXIT.clean;
    }
    const config = text('config');
    const project = openProject(io, {
      ...(config !== undefined && { config }),
      gitignore: !flag('no-gitignore'),
    });
    try {
      const found = await findFiles(io, project, positionals);
      if (!reportFound(io, found) || reportConfigProblems(io, project) !== EXIT.clean) return EXIT.trouble;
      const args = positionals.map((arg) => path.resolve(io.cwd, arg));
      let changed = 0;
      let code: number = EXIT.clean;
      for (const file of found.files) {
        if (io.signal.aborted) return EXIT.trouble;
        const shown = shownPath(io, file);
        const bytes = await readBytes(file, shown);
        const formatted = bytes.ok ? formatBytes(shown, bytes.value) : bytes;
        if (!formatted.ok) {
          printProblem(io, formatted.problem);
          code = EXIT.trouble;
        } else if (formatted.value.isChanged) {
          changed++;
          io.stdout.write(`${shown}\n`);
          const written = flag('check')
            ? undefined
            : await rewriteWhole(file, formatted.value.text, shown, args);
          if (written?.ok === false) {
            printProblem(io, written.problem);
            code = EXIT.trouble;
          }
        }
      }
      const of = plural(found.files.length, 'file');
      io.stderr.write(
        flag('check') ? `${changed} of ${of} would change.\n` : `${changed} of ${of} changed.\n`,
      );
      return code === EXIT.clean && changed > 0 && flag('check') ? EXIT.findings : code;
    } finally {
      project.dispose();
    }
  },
};

/** The file's text with every prompt in it laid out; a picture's text stays as it is. */
function formatBytes(name: string, bytes: Uint8Array): Result<{ text: string; isChanged: boolean }> {
  const source = readSource(name, bytes);
  if (!source.ok) return source;
  const text = formatSource(source.value);
  return { ok: true, value: { text, isChanged: text !== source.value.mark + source.value.text } };
}

function formatSource(source: Source): string {
  return rewrite(
    source,
    source.parts.map((part) =>
      part.start === undefined ? part.text : applyEdits(part.text, formatDocument(parse(part.text))),
    ),
  );
}
