import path from 'node:path';
import type { Command } from '../command';
import { EXIT } from '../exitCodes';
import { openProject, reportConfigProblems } from '../openProject';
import { createProgressLine } from '../progressLine';

export const modelsCommand: Command = {
  usage: '',
  options: {
    json: { type: 'boolean', help: 'print JSON' },
    hashes: { type: 'boolean', help: 'read every checkpoint whole for its hash; remembered' },
    config: { type: 'string', value: 'FILE', help: 'use this configuration' },
  },

  async run({ io, text, flag }) {
    const config = text('config');
    const project = openProject(io, { ...(config !== undefined && { config }) });
    try {
      const file = path.join(io.cwd, 'prompt.sdprompt');
      let { models, vaes, baseModel } = await project.environmentFor(file);
      if (reportConfigProblems(io, project) !== EXIT.clean) return EXIT.trouble;
      if (flag('hashes')) {
        const line = createProgressLine(io.stderr);
        const checkpoints = models.filter(({ format, problem }) => format === 'checkpoint' && !problem);
        for (const [index, { name, path: checkpoint }] of checkpoints.entries()) {
          const label = `hashing ${name} (${index + 1} of ${checkpoints.length})`;
          line.text(label);
          const report = (done: number, of: number) => line.percent(label, done / of);
          const signal = io.signal && { signal: io.signal };
          if (checkpoint !== undefined) await project.hashModels([checkpoint], { report, ...signal });
          if (io.signal?.aborted) break;
        }
        line.clear();
        ({ models, vaes, baseModel } = await project.environmentFor(file));
      }
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
      for (const { name, architecture, format, problem, cannotRun, hashes, path: place } of models) {
        const mark = name === baseModel?.name ? '*' : ' ';
        const facts = [architecture ?? 'unknown architecture', format, hashes?.autoV2 ?? hashes?.autoV1];
        const what = problem?.message ?? facts.filter((fact) => fact !== undefined).join(', ');
        const limit = cannotRun && !problem ? `  (cannot draw: ${cannotRun.message})` : '';
        io.stdout.write(`${mark} ${name}  ${what}${limit}${place ? `  ${place}` : ''}\n`);
      }
      for (const { name, hashes, problem, path: place } of vaes) {
        const facts =
          problem?.message ?? ['VAE', hashes?.autoV2].filter((fact) => fact !== undefined).join(', ');
        io.stdout.write(`  ${name}  ${facts}  ${place}\n`);
      }
      return EXIT.clean;
    } finally {
      project.dispose();
    }
  },
};
