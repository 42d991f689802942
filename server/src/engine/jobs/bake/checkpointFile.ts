import { rmSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, open } from 'node:fs/promises';
import path from 'node:path';
import { failure, type Result, success } from '../../../shared/problem';
import { type ModelFile, openModelFile } from '../../graph/modelFile';
import type { assign, Component } from '../../lora/assign';
import { withFailures } from '../../model/bindLoras';
import { checkpointGraphs } from '../../model/checkpoint/parts';
import { yieldToEventLoop } from '../../runtime/eventLoop';
import { createRuntime } from '../../runtime/session';
import type { BindFailure } from '../../weights/merged/outcome';
import { assignAll, COMPONENTS } from './assignAll';
import { copyWhole, writeAll } from './copyBytes';
import type { BakeDestination, BakeJob } from './destination';
import { progressOf, roomFor, syncFolder } from './folder';
import { batches, encodeSlot, mergeBatch, notFinite } from './onnxGraph';
import { type Placement, placeOf } from './placement';
import { publishFile } from './publish';
import { STORED_BYTES } from './storedBytes';

/**
 * A checkpoint file: the whole file is copied, and the bytes of the weights that networks change are written over, each
 * where it was and in the type it had. Header, metadata and every other byte stay. The work is done in a folder of its own
 * beside the output, and the file is given its name when every byte is on the disk.
 */
export const checkpointFile: BakeDestination = {
  name: 'a checkpoint file',
  accepts: ({ model, output }) =>
    path.extname(output).toLowerCase() === '.safetensors' &&
    statSync(model.path, { throwIfNoEntry: false })?.isFile() === true,

  async bake(job) {
    const { plan, loras } = job;
    const graphs = checkpointGraphs(plan.model.path);
    if (!graphs.ok) return graphs;
    const { unet, textEncoder, textEncoder2 } = graphs.value;
    const files: Partial<Record<Component, ModelFile>> = {};
    const made = { unet, te1: textEncoder, te2: textEncoder2 };
    try {
      for (const component of COMPONENTS) {
        const graph = made[component];
        if (!graph) continue;
        const opened = openModelFile(graph);
        if (!opened.ok) return opened;
        files[component] = opened.value;
      }
      const assigned = assignAll(job, files);
      if (!assigned.ok) return assigned;
      const { changes, reports } = assigned.value;
      const changed = COMPONENTS.flatMap((component) => {
        const file = files[component];
        return file ? [{ file, changes: changes[component] }] : [];
      });
      const written = await write(job, changed);
      if (!written.ok || !written.value) return written as Result<undefined>;
      return success({
        path: plan.output,
        merged: reports.map((report, index) => withFailures(report, loras[index]!, written.value!)),
        changed: changed.reduce((sum, network) => sum + network.changes.size, 0),
        bytes: statSync(plan.output).size,
        resumed: false,
        notes: [],
      });
    } finally {
      for (const file of Object.values(files)) file.close();
    }
  },
};

interface ChangedNetwork {
  readonly file: ModelFile;
  readonly changes: ReturnType<typeof assign>['changes'][Component];
}

/** Copies the file and writes the merged weights into the copy; undefined when it was cancelled. */
async function write(
  { plan, options, hooks }: BakeJob,
  networks: readonly ChangedNetwork[],
): Promise<Result<readonly BindFailure[] | undefined>> {
  const refused = unwritable(plan, networks);
  if (refused) return refused;
  const folder = path.dirname(plan.output);
  const { size } = statSync(plan.model.path);
  await mkdir(folder, { recursive: true });
  const full = roomFor(folder, size);
  if (full) return full;
  // A folder that no other process can have: files called `.NAME.partial` may be the user's own.
  const workFolder = await mkdtemp(path.join(folder, `.${path.basename(plan.output)}.partial-`));
  const partial = path.join(workFolder, path.basename(plan.output));
  const merged = networks.flatMap(({ file, changes }) =>
    [...changes.keys()].map((index) => placeOf(file.slots[index]!)!.length),
  );
  const progress = progressOf(hooks, size + merged.reduce((sum, length) => sum + length, 0));
  try {
    if (!(await copyWhole(plan.model.path, partial, progress))) return success(undefined);
    const failures: BindFailure[] = [];
    const runtime = createRuntime(options.threads);
    const target = await open(partial, 'r+');
    try {
      for (const { file, changes } of networks)
        for (const batch of batches(file.slots, [...changes.keys()])) {
          await yieldToEventLoop();
          if (hooks.isCancelled()) return success(undefined);
          const values = await mergeBatch(runtime, file, changes, batch);
          if (!values.ok) return values;
          failures.push(...values.value.failures);
          for (const index of batch) {
            const place = placeOf(file.slots[index]!) as Placement;
            const encoded = encodeSlot(file.slots[index]!, values.value.of(index), place);
            if (!encoded) return notFinite(file.slots[index]!, changes.get(index)!);
            await writeAll(target, encoded, place.offset);
            progress.wrote(encoded.length);
          }
        }
      await target.sync();
    } finally {
      await target.close();
    }
    const published = publishFile(partial, plan.output);
    if (!published.ok) return published;
    await syncFolder(folder);
    return success(failures);
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
}

/** Why the merged weights cannot be kept in the types the file has. */
function unwritable(
  { model, precision }: BakeJob['plan'],
  networks: readonly ChangedNetwork[],
): Result<never> | undefined {
  for (const { file, changes } of networks)
    for (const index of changes.keys()) {
      const { tensor, path: module } = file.slots[index]!;
      const bytes = STORED_BYTES[tensor.dataType];
      if (bytes === undefined || !placeOf(file.slots[index]!))
        return failure(
          'checkpoint-dtype',
          `${model.name} keeps ${module} in eight bits, which a merge would ruin.`,
          'Merge into the file with float16, bfloat16 or float32 weights.',
        );
      if (precision === 'computed' && bytes < 4)
        return failure(
          'merge-destination',
          `A checkpoint keeps its types, and ${model.name} has weights of ${8 * bytes} bits: --exact cannot be had.`,
          'Leave out --exact, or merge into a file in float32.',
        );
    }
  return undefined;
}
