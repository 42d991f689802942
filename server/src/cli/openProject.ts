import { homedir } from 'node:os';
import path from 'node:path';
import type { ServerLibrary } from '../shared/engines';
import { createBlockingFiles } from '../workspace/nodeFiles';
import { createProject, type Project } from '../workspace/project';
import { EXIT } from './exitCodes';

import type { Io } from './io';
import { BUILT_IN_MODEL } from './packageFiles';

export interface ProjectChoice {
  readonly config?: string;
  /** Extra LoRA folders named on the command line. */
  readonly loraPaths?: readonly string[];
  readonly gitignore?: boolean;
  /** What an engine elsewhere has, in place of the machine's own files. */
  readonly server?: ServerLibrary | undefined;
}

/**
 * The project as the command line opens it. Running the command in a repository is the user's own act, so its
 * configuration is trusted, as with any other tool.
 */
export function openProject(io: Io, choice: ProjectChoice = {}): Project {
  return createProject({
    builtInModelPath: BUILT_IN_MODEL,
    cachePath: cachePathOf(io),
    trusted: true,
    files: createBlockingFiles(),
    ...(choice.config && { configPath: path.resolve(io.cwd, choice.config) }),
    ...(choice.loraPaths?.length && {
      machine: { loraPaths: choice.loraPaths.map((folder) => path.resolve(io.cwd, folder)) },
    }),
    ...(choice.server && { server: choice.server }),
    ...(choice.gitignore === false && { gitignore: false }),
    log: (message) => {
      if (io.env.SDPROMPT_DEBUG) io.stderr.write(`${message}\n`);
    },
  });
}

/** Where indexes and what servers have are kept between runs. */
export function cachePathOf(io: Io): string {
  return path.join(io.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'sdprompt');
}

/** Prints what is wrong with the configuration, place by place; `trouble` when there was anything. */
export function reportConfigProblems(io: Io, project: Project): number {
  let code: number = EXIT.clean;
  for (const problems of project.configProblems().values()) {
    for (const problem of problems) {
      const file = path.relative(io.cwd, problem.file) || problem.file;
      io.stderr.write(`${file}:${problem.line}:${problem.column}: ${problem.message}\n  ${problem.remedy}\n`);
      code = EXIT.trouble;
    }
  }
  return code;
}
