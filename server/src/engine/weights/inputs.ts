import { assemble, editGraph } from '../../formats/onnx/index';
import { type Result, success } from '../../shared/problem';
import { combineEdits } from '../graph/combineEdits';
import { weightsAsInputs } from '../graph/openGraph';
import type { SlotChange } from '../lora/assign';
import type { WeightBinding } from './binding';
import { feedsOf, openMergedSlots } from './mergedSlots';
import type { BindingRequest } from './strategies';

/**
 * Strategy `inputs`: the weights networks may change are inputs of the graph and are fed merged. Costs a merge when a
 * weight changes and next to nothing per step, whatever the rank and the number of networks.
 */
export async function openInputs(request: BindingRequest): Promise<Result<WeightBinding>> {
  const { runtime, file, outputs } = request;
  const { slots } = file;
  const chosen = [...request.open].sort((a, b) => a - b).filter((index) => !slots[index].quantised);
  const inputs = weightsAsInputs(
    file,
    chosen.map((index) => slots[index]),
  );
  const edits = combineEdits({ ...inputs, addOutputs: outputs }, request.edits ?? {});
  const graph = assemble(editGraph(file.model, edits), file.model.source);
  const session = await runtime.open(graph, file.folder, 'speed');
  if (!session.ok) return session;
  const merged = await openMergedSlots(runtime, file, chosen);
  if (!merged.ok) {
    await session.value.release();
    return merged;
  }
  const feeds = feedsOf(file, chosen, merged.value);
  const bind = (changes: ReadonlyMap<number, readonly SlotChange[]>) =>
    merged.value.merge(new Map(chosen.map((index) => [index, changes.get(index) ?? []])));
  await bind(new Map());
  return success({
    strategy: 'inputs',
    session: session.value,
    open: request.open,
    feeds,
    bind,
    async release() {
      await session.value.release();
      await merged.value.release();
      for (const name of Object.keys(feeds)) delete feeds[name];
    },
  });
}
