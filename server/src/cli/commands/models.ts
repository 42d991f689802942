import path from 'node:path';
import type { Command } from '../command';
import { EXIT } from '../exitCodes';
import { openProject, reportConfigProblems } from '../openProject';

export const modelsCommand: Command = {
  usage: '',
  options: {
    json: { type: 'boolean', help: 'print JSON' },
    config: { type: 'string', value: 'FILE', help: 'use this configuration' },
  },

  async run({ io, text, flag }) {
    const config = text('config');
    const project = openProject(io, { ...(config !== undefined && { config }) });
    try {
      const { models, baseModel } = await project.environmentFor(path.join(io.cwd, 'prompt.sdprompt'));
      if (reportConfigProblems(io, project) !== EXIT.clean) return EXIT.trouble;
      if (flag('json')) {
        // The list of modules is thousands of lines that nobody reads here.
        const shown = models.map(({ modules, ...facts }) => ({
          ...facts,
          isBaseModel: facts.name === baseModel?.name,
          ...(modules && { moduleCount: Object.keys(modules).length }),
        }));
        io.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
        return EXIT.clean;
      }
      for (const { name, architecture, format, problem, path: file } of models) {
        const mark = name === baseModel?.name ? '*' : ' ';
        const what = problem?.message ?? `${architecture ?? 'unknown architecture'}, ${format}`;
        io.stdout.write(`${mark} ${name}  ${what}${file ? `  ${file}` : ''}\n`);
      }
      return EXIT.clean;
    } finally {
      project.dispose();
    }
  },
};
