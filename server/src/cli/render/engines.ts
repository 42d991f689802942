import { chooseEngine } from '../../engines/definitions/choose';
import { LOCAL } from '../../engines/definitions/read';
import type { RemoteEngine } from '../../engines/remote';
import type { Block } from '../../language/syntax/nodes';
import type { EngineDefinition, ServerLibrary } from '../../shared/engines';
import type { Problem, Result } from '../../shared/problem';
import { success } from '../../shared/problem';
import type { Io } from '../io';
import { libraryOf, type MachineEngines, openEngine } from '../machineEngines';

/** A server that answered, with what it has. */
export interface OpenServer {
  readonly engine: RemoteEngine;
  readonly library: ServerLibrary;
}

/** The engines that may draw a block: those of `--engine`, else the one that the block or the configuration names. */
export function enginesOf(
  machine: MachineEngines,
  options: readonly string[],
  block: Block,
  configuration: string | undefined,
): Result<readonly EngineDefinition[]> {
  const written = block.parameters.findLast(({ key }) => key === 'Engine')?.value.trim();
  const chosen: EngineDefinition[] = [];
  for (const option of options.length > 0 ? options : [undefined]) {
    const found = chooseEngine(
      machine.engines,
      { option, block: written || undefined, configuration },
      machine.file,
    );
    if (!found.ok) return found;
    // However it is called, it is the built-in one.
    chosen.push(found.value.type === 'local' ? LOCAL : found.value);
  }
  return success(chosen);
}

/**
 * Opens servers and reads what they have. One that does not answer is left out where others do.
 * @returns the servers by name, and the problems of those that are left out
 */
export async function openServers(
  io: Io,
  definitions: readonly EngineDefinition[],
): Promise<{ readonly servers: ReadonlyMap<string, OpenServer>; readonly problems: readonly Problem[] }> {
  const servers = new Map<string, OpenServer>();
  const problems: Problem[] = [];
  const opened: [EngineDefinition, RemoteEngine][] = [];
  for (const definition of definitions) opened.push([definition, await openEngine(io, definition)]);
  await Promise.all(
    opened.map(async ([definition, engine]) => {
      const library = await libraryOf(io, definition, engine);
      if (library.ok) servers.set(definition.name, { engine, library: library.value });
      else problems.push(library.problem);
    }),
  );
  return { servers, problems };
}
