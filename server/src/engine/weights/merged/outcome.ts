import type { AppliedLora, SlotChange } from '../../lora/assign';
import type { FileModule } from '../../lora/loraFile';

/** What binding changes to weights did. */
export interface BindOutcome {
  /** Slots whose value or factors were computed anew. */
  readonly recomputed: number;
  readonly failures: readonly BindFailure[];
}

/** A module that turned out not to fit while its weight was computed; it was left out. */
export interface BindFailure {
  readonly lora: AppliedLora;
  readonly module: FileModule;
  readonly reason: string;
}

/** The failure of one change, with the module's name before the reason. */
export function failureOf({ lora, module }: SlotChange, reason: string): BindFailure {
  return { lora, module, reason: `${module.source.name}: ${reason}` };
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
