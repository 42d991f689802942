import type { EngineOptions } from '../../../shared/engineProtocol';
import type { GenerationPlan, PlanLora, PlanModel } from '../../../shared/plan';
import { type Result, success } from '../../../shared/problem';
import type { EngineLogger } from '../../engine';
import type { AppliedLora } from '../../lora/assign';
import type { LoraCache } from '../../lora/cache';
import { bindLoras, type Merged } from '../../model/bindLoras';
import type { ModelShelf } from '../../model/cache';
import type { LoadedModel, LoadHooks } from '../../model/load';
import { breathe } from '../../weights/binding';
import { openEmbeddings, type UsableEmbedding } from './embeddings';

/** A model with the networks of a part of the picture merged in, and the embeddings it can use. */
export interface Ready {
  readonly model: LoadedModel;
  readonly embeddings: readonly UsableEmbedding[];
  readonly merged: Merged;
}

/** Gets models ready for the parts of one picture. */
export interface Stage {
  /** Opens a model and merges networks into it. Undefined when cancelled. */
  prepare(model: PlanModel, loras: readonly PlanLora[]): Promise<Result<Ready | undefined>>;
  /** Network files opened so far. */
  readonly used: readonly AppliedLora[];
}

interface StageOptions {
  readonly shelf: ModelShelf;
  readonly loras: LoraCache;
  readonly plan: GenerationPlan;
  readonly options: EngineOptions;
  readonly loading?: LoadHooks;
  readonly log: EngineLogger;
  isCancelled(): boolean;
  enter(phase: 'load' | 'merge'): void;
}

/** The stage of one picture. What a model cannot use is logged once for each. */
export function createStage(stage: StageOptions): Stage {
  const { shelf, loras, plan, options, loading, log, isCancelled, enter } = stage;
  const used: AppliedLora[] = [];
  const told = new Set<string>();
  const tell = (level: 'info' | 'warn', text: string) => {
    if (!told.has(text)) log(level, text);
    told.add(text);
  };
  return {
    used,
    async prepare(wanted, networks) {
      enter('load');
      const taken = await shelf.take(wanted, options, loading);
      if (!taken.ok) return taken;
      if (!taken.value) return success(undefined);
      const { model, warning } = taken.value;
      if (warning !== undefined) tell('warn', warning);
      if (model.runtime.note !== undefined) tell('warn', model.runtime.note);
      await breathe();
      if (isCancelled()) return success(undefined);

      enter('merge');
      const opened = loras.openAll(networks);
      if (!opened.ok) return opened;
      used.push(...opened.value);
      const merged = await bindLoras(model, opened.value);
      if (!merged.ok) return merged;
      for (const { name, applied, total, reasons } of merged.value.reports)
        if (applied < total)
          tell('info', `LoRA ${name}: ${applied} of ${total} modules merged (${reasons.join('; ')})`);
      await breathe();
      if (isCancelled()) return success(undefined);

      const embeddings = openEmbeddings(model, plan.embeddings ?? []);
      if (!embeddings.ok) return embeddings;
      for (const reason of embeddings.value.leftOut) tell('warn', reason);
      return success({ model, embeddings: embeddings.value.usable, merged: merged.value });
    },
  };
}
