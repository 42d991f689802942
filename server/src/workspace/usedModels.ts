import { findModel, modelOf } from '../language/domain/models';
import type { Environment } from '../language/environment';
import { chooseVae, vaeFor } from '../language/plan/vae';
import type { Block, Document } from '../language/syntax/nodes';
import type { Project } from './projectTypes';
import { withEmbeddingHashes } from './usedEmbeddings';

export interface HashingOptions {
  /** A model that was asked for instead of the blocks' own. */
  readonly requested?: string;
  /** Called while a file is read whole, which takes seconds for each gigabyte: at its start, then at every whole percent. */
  readonly reading?: (name: string, percent: number) => void;
  readonly signal?: AbortSignal;
}

/** What is about to be generated: a document, or some blocks of one. */
export type BlocksToRun = Pick<Document, 'text' | 'blocks'>;

/**
 * The environment of a file whose blocks are about to be generated: with the hashes of the checkpoints, VAEs and
 * embeddings they use, since pictures name them by it. Each checkpoint and VAE is hashed once and remembered; embeddings
 * are small and are read anew.
 */
export async function environmentToRun(
  project: Project,
  file: string,
  { text, blocks }: BlocksToRun,
  { requested, reading, signal }: HashingOptions = {},
): Promise<Environment> {
  const environment = await withCheckpointHashes(project, file, blocks, { requested, reading, signal });
  const texts = blocks.map(({ range }) => text.slice(range.start, range.end));
  return withEmbeddingHashes(environment, texts, signal);
}

async function withCheckpointHashes(
  project: Project,
  file: string,
  blocks: readonly Block[],
  { requested, reading, signal }: HashingOptions,
): Promise<Environment> {
  const environment = await project.environmentFor(file);
  const paths = new Map<string, string>();
  for (const block of blocks) {
    const model = requested === undefined ? modelOf(block, environment) : findModel(requested, environment);
    if (model === undefined || model.problem || model.cannotRun) continue;
    if (model.format === 'checkpoint' && model.path !== undefined && !model.hashes?.autoV2)
      paths.set(model.path, model.name);
    const chosen = chooseVae(block.parameters, environment);
    const vae = vaeFor(model, chosen, environment);
    if (vae && !vae.hashes?.autoV2) paths.set(vae.path, vae.name);
  }
  if (paths.size === 0) return environment;
  for (const [path, name] of paths) {
    let last = 0;
    reading?.(name, last);
    const report = (done: number, of: number) => {
      const percent = Math.floor((100 * done) / of);
      if (percent > last) reading?.(name, percent);
      last = Math.max(last, percent);
    };
    await project.hashModels([path], { report, ...(signal && { signal }) });
    if (signal?.aborted) break;
  }
  return project.environmentFor(file);
}
