import { existsSync, statSync } from 'node:fs';
import { failure, type Result, success } from '../../../shared/problem';
import { type GraphSource, type ModelFile, openModelFile } from '../../graph/modelFile';
import { type Component, indexSlots, type SlotIndex } from '../../lora/assign';
import { isDiffusersFolder } from '../../model/checkpoint/files';
import { checkpointGraphs } from '../../model/checkpoint/parts';
import { readModelFolder } from '../../model/onnxFolder';
import type { CancelCheck } from './cancelCheck';

/** One network of a model whose weights are to be looked at. */
export interface OpenGraph {
  readonly component: Component;
  readonly file: ModelFile;
  readonly index: SlotIndex;
}

/**
 * Opens what networks can change of a model: a folder of ONNX graphs, a folder of diffusers or a checkpoint file. No
 * session is opened and no weight is read; the caller closes the files. Undefined after a cancel. Errors:
 * `model-missing`, and those of reading the one or the other.
 */
export async function openGraphs(
  model: string,
  isCancelled: CancelCheck,
): Promise<Result<readonly OpenGraph[] | undefined>> {
  const sources = sourcesOf(model);
  if (!sources.ok) return sources;
  const { unet, textEncoder, textEncoder2 } = sources.value;
  const graphs: OpenGraph[] = [];
  const close = () => {
    for (const { file } of graphs) file.close();
  };
  for (const [component, source] of [
    ['te1', textEncoder],
    ['te2', textEncoder2],
    ['unet', unet],
  ] as const) {
    if (source === undefined) continue;
    if (await isCancelled()) {
      close();
      return success(undefined);
    }
    const file = openModelFile(source);
    if (!file.ok) {
      close();
      return file;
    }
    graphs.push({ component, file: file.value, index: indexSlots(file.value.slots) });
  }
  return success(graphs);
}

interface Sources {
  readonly unet: GraphSource;
  readonly textEncoder?: GraphSource;
  readonly textEncoder2?: GraphSource;
}

function sourcesOf(model: string): Result<Sources> {
  if (!existsSync(model))
    return failure('model-missing', `There is no model at ${model}.`, 'Choose another model.');
  const isCheckpoint = statSync(model).isFile() || isDiffusersFolder(model);
  return isCheckpoint ? checkpointGraphs(model) : readModelFolder(model);
}
