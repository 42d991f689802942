import type { MergeStrategy } from '../../shared/engineProtocol';
import type { AppliedLora, SlotChange } from '../lora/assign';
import type { FileModule } from '../lora/loraFile';
import type { InferenceSession, Tensor } from '../runtime/session';

/**
 * A session whose weights follow the networks of the current plan. The ways to do it are listed in `strategies.ts`;
 * callers see only this: bind, then run with `feeds` added. Binding opens no session.
 */
export interface WeightBinding {
  readonly strategy: MergeStrategy;
  readonly session: InferenceSession;
  /** Slots that can be changed without another session. */
  readonly open: ReadonlySet<number>;
  /** Feeds the session needs besides the model's own inputs. */
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Makes the feeds those of the given changes (slot index → changes in prompt order); what is absent is W0. */
  bind(changes: ReadonlyMap<number, readonly SlotChange[]>): Promise<BindOutcome>;
  release(): Promise<void>;
}

export interface BindOutcome {
  /** Slots whose value was computed anew. */
  readonly recomputed: number;
  readonly failures: readonly BindFailure[];
}

/** A module that turned out not to fit while its weight was computed; it was left out. */
export interface BindFailure {
  readonly lora: AppliedLora;
  readonly module: FileModule;
  readonly reason: string;
}

/** Text that is equal exactly when the same changes apply. */
export function changeKey(changes: readonly SlotChange[] | undefined): string {
  return (changes ?? [])
    .map(
      ({ lora, module, strength }) =>
        `${lora.file.identity}|${module.source.name}|${strength}|${lora.dyn ?? ''}`,
    )
    .join('\n');
}
