import { loadEngines } from '../engines/definitions/load';
import { enginesFile } from '../engines/definitions/place';
import { type Engines, isLoopback } from '../engines/definitions/read';
import { isNewAddress, rememberLibrary } from '../engines/libraryCache';
import { openRemote, secretOf } from '../engines/open';
import type { RemoteEngine } from '../engines/remote';
import type { EngineDefinition, ServerLibrary } from '../shared/engines';
import type { Problem, Result } from '../shared/problem';
import type { Io } from './io';
import { cachePathOf } from './openProject';
import { CLIP_MERGES } from './packageFiles';

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
