import type { EngineOptions } from '../../shared/engineProtocol';
import type { PlanModel } from '../../shared/plan';
import { type Result, success } from '../../shared/problem';
import { collect } from '../runtime/collect';
import { type LoadedModel, type LoadHooks, loadModel } from './load';
import { machineMemory } from './machineMemory';

/** Memory a model takes beyond its weights while it runs, as a share of them. */
const WORKING_SHARE = 0.5;

/**
 * The open models. A picture may need several, one after the other: a refiner, another checkpoint for the second pass.
 * They stay open together where memory allows it, so that the next picture opens none; else the others are closed
 * before the next one opens.
 */
export interface ModelCache {
  /** Gives a model, opened if need be. `warning` says that memory will be short. Undefined after a cancel. */
  take(
    model: PlanModel,
    options: EngineOptions,
    hooks?: LoadHooks,
  ): Promise<Result<{ model: LoadedModel; warning?: string } | undefined>>;
  /** Closes all models but those that a picture needs. */
  keepOnly(models: readonly PlanModel[]): Promise<void>;
  /** Sessions opened since the cache was created. */
  readonly created: number;
  release(): Promise<void>;
}

/** @param free bytes of free memory; a parameter for tests. */
export function createModelCache(free: () => number = () => machineMemory().free): ModelCache {
  const open = new Map<string, LoadedModel>();
  /** Sessions of models that are closed. */
  let closedSessions = 0;

  const close = async (file: string) => {
    const model = open.get(file);
    if (!model) return;
    open.delete(file);
    closedSessions += model.runtime.created;
    await model.release();
    collect();
  };

  return {
    async take(wanted, options, hooks) {
      const file = keyOf(wanted);
      const before = open.get(file);
      const makeRoom = async (bytes: number) => {
        if (bytes * (1 + WORKING_SHARE) <= free()) return;
        for (const other of [...open.keys()]) if (other !== file) await close(other);
      };
      const loaded = await loadModel(wanted, options, before, { ...hooks, makeRoom });
      if (!loaded.ok) {
        if (before && !before.isOpen()) await close(file);
        return loaded;
      }
      if (!loaded.value) {
        if (before && !before.isOpen()) await close(file);
        return success(undefined);
      }
      const { model, warning } = loaded.value;
      if (before && before !== model) closedSessions += before.runtime.created;
      open.set(file, model);
      return success({ model, ...(warning !== undefined && { warning }) });
    },
    async keepOnly(models) {
      const needed = new Set(models.map(keyOf));
      for (const file of [...open.keys()]) if (!needed.has(file)) await close(file);
    },
    get created() {
      return [...open.values()].reduce((sum, model) => sum + model.runtime.created, closedSessions);
    },
    async release() {
      // The map is emptied first: a job that starts meanwhile must not be given a model that is being closed.
      const models = [...open.values()];
      open.clear();
      for (const model of models) closedSessions += model.runtime.created;
      for (const model of models) await model.release();
      collect();
    },
  };
}

/** The same checkpoint with another VAE is another entry. */
function keyOf({ path: file, vae }: PlanModel): string {
  return vae === undefined ? file : `${file}\n${vae}`;
}
