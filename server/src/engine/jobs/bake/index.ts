import { existsSync } from 'node:fs';
import path from 'node:path';
import type { BakePlan, BakeResult } from '../../../shared/bake';
import type { EngineOptions } from '../../../shared/engineProtocol';
import { failure } from '../../../shared/problem';
import { createLoraCache } from '../../lora/cache';
import type { EngineLogger, JobHooks, JobOutcome } from '../job';
import { checkpointFile } from './checkpointFile';
import type { BakeDestination } from './destination';
import { onnxFolder } from './onnxFolder';
import { lockOutput } from './outputLock';

/** Every form a merged model can be written in. A new one is one file and one line here. */
const DESTINATIONS: readonly BakeDestination[] = [onnxFolder, checkpointFile];

/**
 * Writes a copy of a model with networks merged into its weights. Fails with `already-there`, `merge-busy`,
 * `merge-destination`, the codes of opening the files, or those of the destination.
 */
export async function bake(
  plan: BakePlan,
  options: EngineOptions,
  log: EngineLogger,
  hooks: JobHooks,
): Promise<JobOutcome<BakeResult>> {
  const destination = DESTINATIONS.find((one) => one.accepts(plan));
  if (!destination) return { type: 'failed', ...destinationProblem(plan) };
  if (existsSync(plan.output))
    return {
      type: 'failed',
      ...failure(
        'already-there',
        `${plan.output} is there already.`,
        'Choose another name with -o, or remove it; nothing is overwritten.',
      ),
    };
  const lock = lockOutput(plan.output);
  if (!lock.ok) return { type: 'failed', problem: lock.problem };
  const files = createLoraCache();
  try {
    const opened = files.openAll(plan.loras);
    if (!opened.ok) return { type: 'failed', problem: opened.problem };
    const result = await destination.bake({ plan, loras: opened.value, options, hooks });
    if (!result.ok) return { type: 'failed', problem: result.problem };
    if (!result.value) return { type: 'cancelled' };
    for (const note of result.value.notes) log('info', note);
    return { type: 'done', result: result.value };
  } finally {
    files.close();
    lock.value.release();
  }
}

function destinationProblem({ model, output }: BakePlan) {
  const { ok, ...rest } = failure(
    'merge-destination',
    `${model.name} cannot be written as ${path.basename(output)}: LoRAs are merged into ${DESTINATIONS.map(({ name }) => name).join(' or ')}.`,
    'Choose a model and an output of the same form: a folder for a folder, NAME.safetensors for a checkpoint.',
  );
  return rest;
}
