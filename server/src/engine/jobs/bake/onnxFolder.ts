import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { BakeResult } from '../../../shared/bake';
import { failure, type Result, success } from '../../../shared/problem';
import { type ModelFile, openModelFile } from '../../graph/modelFile';
import type { Component } from '../../lora/assign';
import { withFailures } from '../../model/bindLoras';
import { readModelFolder } from '../../model/onnxFolder';
import { createRuntime } from '../../runtime/session';
import type { BindFailure } from '../../weights/merged/outcome';
import { assignAll, COMPONENTS } from './assignAll';
import { type CopyHooks, copyWhole } from './copyBytes';
import type { BakeDestination, BakeJob } from './destination';
import { filesToCopy, progressOf, roomFor, syncFolder } from './folder';
import { type Journal, openJournal, removeJournal } from './journal';
import { bakeGraph, type GraphToBake, planOf } from './onnxGraph';
import type { GraphPlan } from './placement';
import { publishFolder } from './publish';

/** Changes when the way results are written does: an attempt of another version is not continued. */
const FORMAT = 1;

/**
 * A folder with ONNX files in optimum's layout: everything is copied, and in the graphs that networks change the
 * weights are replaced, in the data files beside them or inside. The work is done in `.NAME.partial` beside the output,
 * which takes its name when every byte is on the disk.
 */
export const onnxFolder: BakeDestination = {
  name: 'a folder with ONNX files',
  accepts: ({ model, output }) =>
    path.extname(output) !== '.safetensors' &&
    statSync(model.path, { throwIfNoEntry: false })?.isDirectory() === true,

  async bake(job) {
    const { plan, loras } = job;
    const folder = readModelFolder(plan.model.path);
    if (!folder.ok) return folder;
    const { unet, textEncoder, textEncoder2, identity } = folder.value;
    const opened = openGraphs({ unet, te1: textEncoder, te2: textEncoder2 });
    if (!opened.ok) return opened;
    const files = opened.value;
    try {
      const assigned = assignAll(job, files);
      if (!assigned.ok) return assigned;
      const { changes, reports } = assigned.value;
      const partial = path.join(path.dirname(plan.output), `.${path.basename(plan.output)}.partial`);
      const graphs: Graph[] = [];
      const short = COMPONENTS.find((component) =>
        [...changes[component].keys()].some((index) => files[component]?.slots[index]?.quantised),
      );
      if (short)
        return failure(
          'quantised-weights',
          'The model’s weights are quantised, and a merged weight does not fit into so few bits.',
          'Merge into the model as it was before, then quantise the result.',
        );
      for (const component of COMPONENTS) {
        const file = files[component];
        if (!file || changes[component].size === 0) continue;
        const target = path.join(partial, path.relative(plan.model.path, file.folder));
        const graph = { file, changes: changes[component], target, label: component };
        graphs.push({ ...graph, plan: planOf(graph, plan.precision) });
      }
      const written = await fill(job, partial, keyOf(job, identity), graphs);
      if (!written.ok || !written.value) return written as Result<undefined>;
      const { failures, ...rest } = written.value;
      const merged = reports.map((report, index) => withFailures(report, loras[index]!, failures));
      const result = { ...rest, merged };
      const published = await finish(partial, job, result);
      return published.ok ? success(result) : published;
    } finally {
      for (const file of Object.values(files)) file.close();
    }
  },
};

interface Graph extends GraphToBake {
  readonly plan: GraphPlan;
}

function openGraphs(
  paths: Readonly<Record<Component, string | undefined>>,
): Result<Partial<Record<Component, ModelFile>>> {
  const files: Partial<Record<Component, ModelFile>> = {};
  for (const component of COMPONENTS) {
    const file = paths[component];
    if (file === undefined) continue;
    const opened = openModelFile(file);
    if (!opened.ok) {
      for (const open of Object.values(files)) open.close();
      return opened;
    }
    files[component] = opened.value;
  }
  return success(files);
}

/** Equal for attempts that write the same bytes. */
function keyOf({ plan, loras }: BakeJob, identity: string): string {
  const parts = loras.map(({ file, te, unet, dyn }) => [file.identity, te, unet, dyn]);
  return createHash('sha256')
    .update(JSON.stringify([FORMAT, identity, plan.precision, parts]))
    .digest('hex');
}

type Filled = Omit<BakeResult, 'merged'> & { readonly failures: readonly BindFailure[] };

/** Fills the partial folder, continuing what an earlier attempt began. Undefined when it was cancelled. */
async function fill(
  { plan, options, hooks }: BakeJob,
  partial: string,
  key: string,
  graphs: readonly Graph[],
): Promise<Result<Filled | undefined>> {
  const rewritten = graphs.flatMap(({ file, plan: { locations } }) => [
    file.path,
    ...locations.map((location) => path.join(file.folder, location)),
  ]);
  const { copied, notes } = filesToCopy(plan.model.path, new Set(rewritten));
  const bytesOf = (files: readonly string[]) => files.reduce((sum, file) => sum + statSync(file).size, 0);
  const lengths = graphs.flatMap((graph) => [...graph.plan.placements.values()].map(({ length }) => length));
  const added = graphs.reduce((sum, graph) => sum + (graph.plan.added?.length ?? 0), 0);
  const bytes = bytesOf(copied) + bytesOf(rewritten) + added;

  mkdirSync(path.dirname(plan.output), { recursive: true });
  const opened = openJournal(partial, key);
  if (!opened.ok) return opened;
  const journal = opened.value;
  const abandon = (problem: Result<never>) => {
    rmSync(partial, { recursive: true });
    return problem;
  };
  try {
    const full = journal.isResumed ? undefined : roomFor(partial, bytes);
    if (full) return abandon(full);
    const progress = progressOf(hooks, bytes - added + lengths.reduce((sum, length) => sum + length, 0));
    if (!(await copyAll(plan.model.path, copied, partial, journal, progress))) return success(undefined);
    const runtime = createRuntime(options.threads);
    const failures: BindFailure[] = [];
    for (const graph of graphs) {
      const baked = await bakeGraph(runtime, graph, graph.plan, journal, progress);
      if (!baked.ok) return abandon(baked);
      if (!baked.value) return success(undefined);
      failures.push(...baked.value);
    }
    const { isResumed: resumed } = journal;
    return success({ path: plan.output, changed: lengths.length, bytes, resumed, notes, failures });
  } finally {
    journal.close();
  }
}

async function copyAll(
  root: string,
  files: readonly string[],
  partial: string,
  journal: Journal,
  hooks: CopyHooks,
): Promise<boolean> {
  for (const file of files) {
    const name = path.relative(root, file);
    if (journal.has(`copy ${name}`)) {
      hooks.wrote(statSync(file).size);
      continue;
    }
    const to = path.join(partial, name);
    await mkdir(path.dirname(to), { recursive: true });
    if (!(await copyWhole(file, to, hooks))) return false;
    journal.add(`copy ${name}`);
  }
  return true;
}

/** Puts the record of what was merged beside the model and gives the folder its name. */
async function finish(
  partial: string,
  { plan, loras }: BakeJob,
  result: BakeResult,
): Promise<Result<undefined>> {
  const entries = [];
  for (const [index, { name, file, te, unet, dyn }] of loras.entries()) {
    const { applied, total } = result.merged[index]!;
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(file.path)) hash.update(chunk as Uint8Array);
    const sha256 = hash.digest('hex');
    entries.push({
      name,
      file: path.basename(file.path),
      sha256,
      textEncoder: te,
      unet,
      dyn,
      applied,
      total,
    });
  }
  const record = { model: plan.model.name, loras: entries };
  writeFileSync(path.join(partial, 'sdprompt-merge.json'), `${JSON.stringify(record, null, 2)}\n`, {
    flush: true,
  });
  await syncFolder(partial);
  const published = publishFolder(partial, plan.output);
  if (!published.ok) return published;
  // Only now: a folder without its journal could not be continued where the name was taken meanwhile.
  removeJournal(plan.output);
  await syncFolder(path.dirname(plan.output));
  return published;
}
