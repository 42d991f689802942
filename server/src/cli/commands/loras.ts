import path from 'node:path';
import { suggestFolders } from '../../library/locations';
import type { LoraFacts, ModelFacts } from '../../shared/facts';
import type { Project } from '../../workspace/project';
import { type Command, UsageError } from '../command';
import { EXIT } from '../exitCodes';
import type { Io } from '../io';
import { ENGINE_OPTION, serverOf } from '../machineEngines';
import { openProject, reportConfigProblems } from '../openProject';

export const lorasCommand: Command = {
  usage: '[--fits MODEL]',
  options: {
    json: { type: 'boolean', help: 'print what the index knows as JSON (inspect knows more of one file)' },
    fits: { type: 'string', value: 'MODEL', help: 'only what fits a model of the configuration' },
    hashes: { type: 'boolean', help: 'also compute the hashes, which reads every file once' },
    engine: ENGINE_OPTION,
    config: { type: 'string', value: 'FILE', help: 'use this configuration' },
    'lora-path': { type: 'string', multiple: true, value: 'DIR', help: 'a further folder of LoRAs' },
  },

  async run({ io, text, list, flag }) {
    const config = text('config');
    const engine = await serverOf(io, text('engine'));
    if ('code' in engine) return engine.code;
    const { server } = engine;
    const project = openProject(io, {
      ...(server && { server }),
      ...(config !== undefined && { config }),
      loraPaths: list('lora-path'),
    });
    try {
      const here = path.join(io.cwd, 'prompt.sdprompt');
      if (flag('hashes') && !server) await hashAll(io, project, here);
      const environment = await project.environmentFor(here);
      const { folders, ownFolders } = await project.statusFor(here);
      if (reportConfigProblems(io, project) !== EXIT.clean) return EXIT.trouble;
      const wanted = text('fits');
      const model = environment.models.find(({ name }) => name === wanted);
      if (wanted !== undefined && !model)
        throw new UsageError(
          `there is no model "${wanted}". Models: ${environment.models.map(({ name }) => name).join(', ') || 'none'}.`,
        );
      const fitOf = (lora: LoraFacts, on: ModelFacts) => environment.fit?.(lora, on);
      const loras = environment.loras.all.filter((lora) => !model || fits(lora, model, fitOf));
      if (flag('json')) {
        io.stdout.write(
          `${JSON.stringify(
            loras.map(({ file, network }) => ({ ...file, ...network })),
            null,
            2,
          )}\n`,
        );
        return EXIT.clean;
      }
      if (loras.length === 0) {
        io.stdout.write(
          server
            ? `No LoRAs${model ? ` that fit ${model.name}` : ''} on the engine ${server.engine}.\n`
            : `No LoRAs${model ? ` that fit ${model.name}` : ''} in ${folders.join(', ') || 'any folder'}.\n` +
                '  Name your folders with "loraPaths" in sdprompt.config.json, or with --lora-path.\n',
        );
        return EXIT.clean;
      }
      if (ownFolders.length === 0 && !server) await suggest(io);
      const shown = model ?? environment.baseModel;
      const rows = loras.map((lora) => [
        lora.file.name,
        architectureOf(lora),
        lora.network.networkType ?? lora.network.kind,
        lora.network.rank === undefined ? '' : `rank ${lora.network.rank}`,
        shown && lora.network.status === 'ok' ? fitWords(fitOf(lora, shown), shown) : '',
        ...(flag('hashes') ? [lora.file.hashes?.autoV2 ?? '', lora.file.hashes?.shortHash ?? ''] : []),
        lora.network.status === 'ok'
          ? lora.file.triggerWords.slice(0, 3).join(', ')
          : (lora.file.problem?.message ?? lora.network.status),
      ]);
      io.stdout.write(`${table(rows)}\n`);
      return EXIT.clean;
    } finally {
      project.dispose();
    }
  },
};

/** Names the file being read on a terminal: hundreds of gigabytes may take a while. */
async function hashAll(io: Io, project: Project, here: string): Promise<void> {
  const clear = io.stderr.isTTY ? '\r\x1b[K' : '';
  await project.hashLoras(here, {
    signal: io.signal,
    onFile: ({ file: { name } }) => clear && io.stderr.write(`${clear}hashing ${name}`),
  });
  io.stderr.write(clear);
}

/** Nobody has named a folder, so only the built-in LoRAs are listed: say where there are more. */
async function suggest(io: Io): Promise<void> {
  const folders = await suggestFolders([io.cwd]);
  if (folders.length === 0) return;
  io.stderr.write('No folder of LoRAs is named here. On this machine there are:\n');
  for (const { path: folder, program } of folders) io.stderr.write(`  ${folder} (${program})\n`);
  io.stderr.write('  Add one to "loraPaths" in sdprompt.config.json, or name it with --lora-path.\n');
}

type Fit = (
  lora: LoraFacts,
  model: ModelFacts,
) => { readonly fitting: number; readonly total: number } | undefined;

/** Every module fits; where modules cannot be counted, the architecture decides. */
function fits(lora: LoraFacts, model: ModelFacts, fitOf: Fit): boolean {
  if (lora.network.status !== 'ok') return false;
  const counted = fitOf(lora, model);
  if (counted) return counted.total > 0 && counted.fitting === counted.total;
  return model.architecture !== undefined && lora.network.candidates.includes(model.architecture);
}

function fitWords(counted: ReturnType<Fit>, model: ModelFacts): string {
  return counted ? `${counted.fitting} of ${counted.total} modules fit ${model.name}` : '';
}

function architectureOf(lora: LoraFacts): string {
  return (
    lora.network.architecture ??
    (lora.network.candidates.length > 0 ? lora.network.candidates.join(' or ') : '?')
  );
}

/** Columns two blanks apart; wide characters count double and marks on letters nothing, as terminals show them. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((most, row) => Math.max(most, cells(row[column] ?? '')), 0),
  );
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - cells(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/gu;

/** Accents of decomposed names, which macOS writes, and signs that are not shown. */
const MARKS = /[\p{Mn}\p{Me}\p{Cf}]/gu;

function cells(text: string): number {
  return [...text.replace(MARKS, '')].length + (text.match(WIDE)?.length ?? 0);
}
