import type { Environment } from '../language/environment';
import { findModel, modelOf } from '../language/rules/support/models';
import type { Block } from '../language/syntax/nodes';
import type { Project } from './projectTypes';

export interface HashingOptions {
  /** A model that was asked for instead of the blocks' own. */
  readonly requested?: string;
  /** Called before a file is read whole, which takes seconds for each gigabyte. */
  readonly reading?: (name: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * The environment of a file whose blocks are about to be generated: with the hashes of the checkpoints they use, since
 * pictures name their model by it. Each file is hashed once and remembered.
 */
export async function environmentToRun(
  project: Project,
  file: string,
  blocks: readonly Block[],
  { requested, reading, signal }: HashingOptions = {},
): Promise<Environment> {
  const environment = await project.environmentFor(file);
  const used = blocks.map((block) =>
    requested === undefined ? modelOf(block, environment) : findModel(requested, environment),
  );
  const unknown = used.filter(
    (model) => model?.format === 'checkpoint' && !model.problem && !model.cannotRun && !model.hashes?.autoV2,
  );
  const paths = new Map(unknown.map((model) => [model?.path ?? '', model?.name ?? '']));
  paths.delete('');
  if (paths.size === 0) return environment;
  for (const [path, name] of paths) {
    reading?.(name);
    await project.hashModels([path], signal);
    if (signal?.aborted) break;
  }
  return project.environmentFor(file);
}
