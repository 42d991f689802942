import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Engine } from '../../engines/engine';
import { pictureName } from '../../engines/pictureName';
import type { Environment } from '../../language/environment';
import type { Document } from '../../language/syntax/nodes';
import { parse } from '../../language/syntax/parse';
import type { EngineDefinition } from '../../shared/engines';
import type { Project } from '../../workspace/project';
import { serverEnvironment } from '../../workspace/serverEnvironment';
import { environmentToRun } from '../../workspace/usedModels';
import { type Command, type Invocation, printProblem, UsageError, wholeNumber } from '../command';
import { EXIT } from '../exitCodes';
import { type MachineEngines, machineEngines, reportEngineProblems } from '../machineEngines';
import { openProject, reportConfigProblems } from '../openProject';
import { createProgressLine } from '../progressLine';
import { readText } from '../readText';
import { enginesOf, type OpenServer, openServers } from '../render/engines';
import { localEngine } from '../render/localEngine';
import {
  type Naming,
  RENDER_OPTIONS,
  readEngineNames,
  readNaming,
  readRequest,
  readSweep,
} from '../render/options';
import { type BlockToDraw, type Picture, planPictures } from '../render/plans';
import { openJournal, planKeys } from '../render/resume';
import { type PictureToRender, renderPictures } from '../renderPictures';

export const renderCommand: Command = {
  usage: 'FILE',
  options: RENDER_OPTIONS,

  async run(invocation) {
    const { io, positionals, text } = invocation;
    const [name, ...others] = positionals;
    if (name === undefined || others.length > 0) throw new UsageError('render takes one file.');
    const naming = readNaming(invocation);
    const file = path.resolve(io.cwd, name);
    const source = await readText(file, name);
    if (!source.ok) {
      printProblem(io, source.problem);
      return EXIT.trouble;
    }
    const config = text('config');
    const project = openProject(io, {
      ...(config !== undefined && { config }),
      loraPaths: invocation.list('lora-path'),
    });
    let servers: ReadonlyMap<string, OpenServer> = new Map();
    try {
      const { engine } = await project.configurationFor(file);
      if (reportConfigProblems(io, project) !== EXIT.clean) return EXIT.trouble;
      const document = parse(source.value);
      const chosen = chooseEngines(invocation, document, await machineEngines(io), engine);
      if (chosen === undefined) return EXIT.trouble;
      const remote = new Map<string, EngineDefinition>();
      for (const { definitions } of chosen)
        for (const definition of definitions)
          if (definition.type !== 'local') remote.set(definition.name, definition);
      const opened = await openServers(io, [...remote.values()]);
      servers = opened.servers;
      for (const problem of opened.problems) printProblem(io, problem);
      // Some other engine may draw a block for which several were named.
      const isDrawable = ({ definitions }: ChosenBlock) =>
        definitions.some(({ name, type }) => type === 'local' || servers.has(name));
      if (!chosen.every(isDrawable)) return EXIT.findings;
      const blocks = await environmentsOf(invocation, project, file, document, chosen, servers);
      const planned = planPictures(
        file,
        source.value,
        blocks,
        readSweep(text('sweep')),
        readRequest(invocation),
        (words) => io.stderr.write(words),
      );
      if ('problem' in planned) {
        printProblem(io, planned.problem);
        return EXIT.trouble;
      }
      const folder = path.resolve(io.cwd, text('output') ?? path.dirname(file));
      await mkdir(folder, { recursive: true });
      const { pictures } = planned;
      const used = new Set(pictures.flatMap(({ plans }) => [...plans.keys()]));
      const engines: Engine[] = [...servers.values()]
        .map(({ engine }) => engine)
        .filter(({ name }) => used.has(name));
      const local = used.size > engines.length ? [localEngine(invocation)] : [];
      try {
        return await renderPictures({
          io,
          folder,
          pictures: await picturesToDraw(invocation, folder, naming, pictures),
          engines: [...local, ...engines],
          asJson: invocation.flag('json'),
          isStrict: invocation.flag('strict'),
        });
      } finally {
        for (const one of local) await one.dispose();
      }
    } finally {
      project.dispose();
      for (const { engine } of servers.values()) await engine.dispose();
    }
  },
};

/** The pictures with their names; with `--resume` without those that an earlier run wrote. */
async function picturesToDraw(
  invocation: Invocation,
  folder: string,
  { pattern, format }: Naming,
  pictures: readonly Picture[],
): Promise<PictureToRender[]> {
  const { io } = invocation;
  const keys = planKeys(pictures);
  const journal = await openJournal(folder);
  return pictures.flatMap(({ plans, stem }, index): PictureToRender[] => {
    const key = keys[index]!;
    const [plan] = plans.values();
    const known = invocation.flag('resume') ? journal.pictureOf(key) : undefined;
    if (known !== undefined) io.stderr.write(`${path.relative(io.cwd, known) || known} is there already.\n`);
    if (known !== undefined || plan === undefined) return [];
    return [
      {
        plans,
        name: () => pictureName(pattern, { plan, now: new Date(), file: stem }, format),
        written: (file) => journal.add(key, file),
      },
    ];
  });
}

interface ChosenBlock {
  readonly index: number;
  readonly definitions: readonly EngineDefinition[];
}

/** The blocks to draw, each with its engines; undefined after a problem, which it has printed. */
function chooseEngines(
  invocation: Invocation,
  document: Document,
  machine: MachineEngines,
  configuration: string | undefined,
): ChosenBlock[] | undefined {
  const only = wholeNumber(invocation, 'block', 1, 1_000_000);
  const count = document.blocks.length;
  if (only !== undefined && only > count)
    throw new UsageError(`there is no block ${only}; the file has ${count}.`);
  const names = readEngineNames(invocation.text('engine'));
  const chosen: ChosenBlock[] = [];
  for (const [index, block] of document.blocks.entries()) {
    if (only !== undefined && index !== only - 1) continue;
    const found = enginesOf(machine, names, block, configuration);
    if (!found.ok) {
      printProblem(invocation.io, found.problem);
      reportEngineProblems(invocation.io, machine);
      return undefined;
    }
    chosen.push({ index, definitions: found.value });
  }
  return chosen;
}

/** What each block may name, on each of its engines. */
async function environmentsOf(
  invocation: Invocation,
  project: Project,
  file: string,
  document: Document,
  chosen: readonly ChosenBlock[],
  servers: ReadonlyMap<string, OpenServer>,
): Promise<BlockToDraw[]> {
  const { io } = invocation;
  const requested = invocation.text('model');
  const isLocal = ({ definitions }: ChosenBlock) => definitions.some(({ type }) => type === 'local');
  const local = chosen.filter(isLocal).flatMap(({ index }) => document.blocks[index] ?? []);
  const line = createProgressLine(io.stderr);
  const here =
    local.length === 0
      ? await project.environmentFor(file)
      : await environmentToRun(
          project,
          file,
          { text: document.text, blocks: local },
          {
            ...(requested !== undefined && { requested }),
            reading: (name, percent) => {
              if (percent === 0) line.text(`hashing ${name}, once`);
              else line.percent(`hashing ${name}, once`, percent / 100);
            },
            signal: io.signal,
          },
        );
  line.clear();
  const there = new Map<string, Environment>();
  for (const [name, { library }] of servers) there.set(name, serverEnvironment(here, library));
  return chosen.map(({ index, definitions }) => ({
    index,
    environments: new Map(
      definitions.flatMap(({ name, type }): [string, Environment][] => {
        const environment = type === 'local' ? here : there.get(name);
        return environment ? [[name, environment]] : [];
      }),
    ),
  }));
}
