import type { EngineOptions } from '../../../shared/engineProtocol';
import type { GenerationPlan, PlanLora, PlanModel } from '../../../shared/plan';
import { type Result, success } from '../../../shared/problem';
import type { AppliedLora } from '../../lora/assign';
import type { LoraCache } from '../../lora/cache';
import { bindLoras, type Merged } from '../../model/bindLoras';
import type { ModelCache } from '../../model/cache';
import type { LoadedModel, LoadHooks } from '../../model/load';
import { yieldToEventLoop } from '../../runtime/eventLoop';
import type { EngineLogger } from '../job';
import { openEmbeddings, type UsableEmbedding } from './embeddings';

/** A model with the LoRAs of a part of the picture merged in, and the embeddings it can use. */
export interface PreparedModel {
  readonly model: LoadedModel;
  readonly embeddings: readonly UsableEmbedding[];
  readonly merged: Merged;
}

/** Prepares the models that the parts of one picture need. */
export interface PlanContext {
  /** Opens a model and merges LoRAs into it. Undefined when cancelled. */
  prepare(model: PlanModel, loras: readonly PlanLora[]): Promise<Result<PreparedModel | undefined>>;
  /** LoRA files opened so far. */
  readonly used: readonly AppliedLora[];
}

interface PlanContextOptions {
  readonly modelCache: ModelCache;
  readonly loras: LoraCache;
  readonly plan: GenerationPlan;
  readonly options: EngineOptions;
  readonly loading?: LoadHooks;
  readonly log: EngineLogger;
  isCancelled(): boolean;
  enter(phase: 'load' | 'merge'): void;
}

/** The context of one picture. A message that several of its models cause is logged once. */
export function createPlanContext(context: PlanContextOptions): PlanContext {
  const { modelCache, loras, plan, options, loading, log, isCancelled, enter } = context;
  const used: AppliedLora[] = [];
  const logged = new Set<string>();
  const logOnce = (level: 'info' | 'warn', text: string) => {
    if (!logged.has(text)) log(level, text);
    logged.add(text);
  };
  return {
    used,
    async prepare(wanted, planLoras) {
      enter('load');
      const taken = await modelCache.take(wanted, options, loading);
      if (!taken.ok) return taken;
      if (!taken.value) return success(undefined);
      const { model, warning } = taken.value;
      if (warning !== undefined) logOnce('warn', warning);
      if (model.runtime.note !== undefined) logOnce('warn', model.runtime.note);
      await yieldToEventLoop();
      if (isCancelled()) return success(undefined);

      enter('merge');
      const opened = loras.openAll(planLoras);
      if (!opened.ok) return opened;
      used.push(...opened.value);
      const merged = await bindLoras(model, opened.value);
      if (!merged.ok) return merged;
      for (const { name, applied, total, reasons } of merged.value.reports)
        if (applied < total)
          logOnce('info', `LoRA ${name}: ${applied} of ${total} modules merged (${reasons.join('; ')})`);
      await yieldToEventLoop();
      if (isCancelled()) return success(undefined);

      const embeddings = openEmbeddings(model, plan.embeddings ?? []);
      if (!embeddings.ok) return embeddings;
      for (const reason of embeddings.value.leftOut) logOnce('warn', reason);
      return success({ model, embeddings: embeddings.value.usable, merged: merged.value });
    },
  };
}
