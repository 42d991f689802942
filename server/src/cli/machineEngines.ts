import { chooseEngine } from '../engines/definitions/choose';
import { loadEngines } from '../engines/definitions/load';
import { enginesFile } from '../engines/definitions/place';
import { type Engines, isLoopback } from '../engines/definitions/read';
import { cachedLibrary, isNewAddress, rememberLibrary } from '../engines/libraryCache';
import { openRemote, secretOf } from '../engines/open';
import type { RemoteEngine } from '../engines/remote';
import type { EngineDefinition, ServerLibrary } from '../shared/engines';
import type { Problem, Result } from '../shared/problem';
import { type OptionSpec, printProblem } from './command';
import { EXIT } from './exitCodes';
import type { Io } from './io';
import { cachePathOf } from './openProject';
import { CLIP_MERGES } from './packageFiles';
import { plural } from './plural';

export interface MachineEngines {
  readonly engines: Engines;
  /** Where they are defined. */
  readonly file: string;
  readonly problems: readonly Problem[];
}

/** The engines that this machine defines. */
export async function machineEngines(io: Io): Promise<MachineEngines> {
  const file = enginesFile(io.env, { cwd: io.cwd });
  return { file, ...(await loadEngines(file)) };
}

/** Says what is wrong with the definitions. */
export function reportEngineProblems(io: Io, { file, problems }: MachineEngines): void {
  for (const { message, remedy } of problems) io.stderr.write(`${file}: ${message}\n  ${remedy}\n`);
}

/** Opens a server. Where what is sent leaves this machine, that is said once and remembered. */
export async function openEngine(io: Io, definition: EngineDefinition): Promise<RemoteEngine> {
  const { name, url = '' } = definition;
  if (!isLoopback(url) && (await isNewAddress(cachePathOf(io), url)))
    io.stderr.write(
      `note: the engine ${name} is at ${url}, on another machine: prompts, and pictures to start from, are sent there. This is said once.\n`,
    );
  return openRemote(definition, { secret: secretOf(name, io.env), clipMergesPath: CLIP_MERGES });
}

/** Reads what a server has and keeps it for commands that contact none. */
export async function libraryOf(
  io: Io,
  definition: EngineDefinition,
  engine: RemoteEngine,
): Promise<Result<ServerLibrary>> {
  const library = await engine.library({ signal: io.signal });
  if (library.ok) await rememberLibrary(cachePathOf(io), definition, library.value);
  return library;
}

/** The option of commands that look at what an engine elsewhere has. */
export const ENGINE_OPTION: OptionSpec = {
  type: 'string',
  value: 'NAME',
  help: 'against what an engine of this machine has, in place of the files here',
};

/**
 * What the engine of `--engine` has: read now, else as it was last known, which is said. Undefined where none is named, or the
 * built-in one. A number is the exit code after a problem, which it has printed.
 */
export async function serverOf(
  io: Io,
  name: string | undefined,
): Promise<{ readonly server: ServerLibrary | undefined } | { readonly code: number }> {
  if (name === undefined) return { server: undefined };
  const machine = await machineEngines(io);
  const chosen = chooseEngine(machine.engines, { option: name }, machine.file);
  if (!chosen.ok) {
    printProblem(io, chosen.problem);
    reportEngineProblems(io, machine);
    return { code: EXIT.trouble };
  }
  if (chosen.value.type === 'local') return { server: undefined };
  const engine = await openEngine(io, chosen.value);
  try {
    const library = await libraryOf(io, chosen.value, engine);
    if (library.ok) return { server: library.value };
    const known = await cachedLibrary(cachePathOf(io), chosen.value);
    printProblem(io, library.problem);
    if (known === undefined) return { code: EXIT.findings };
    io.stderr.write(`note: what ${name} had ${ageOf(known.readAt)} ago is used.\n`);
    return { server: known };
  } finally {
    await engine.dispose();
  }
}

/** How long ago, in the largest whole unit. */
function ageOf(readAt: number): string {
  const minutes = Math.max(0, Math.floor((Date.now() - readAt) / 60_000));
  if (minutes < 60) return plural(minutes, 'minute');
  return minutes < 48 * 60
    ? plural(Math.floor(minutes / 60), 'hour')
    : plural(Math.floor(minutes / 1440), 'day');
}
