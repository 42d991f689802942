import type { SamplingSettings } from '../samplingSettings';

/** How a parameter is treated: it changes the picture, a note says that it does not, or it has no effect anywhere. */
export type Treatment = 'honoured' | 'told' | 'none';

/** The option that a parameter sets, and what may be written. */
export type SettingOf =
  | {
      readonly name: keyof SamplingSettings;
      readonly kind: 'number' | 'whole';
      readonly min: number;
      readonly max: number;
    }
  | { readonly name: keyof SamplingSettings; readonly kind: 'switch' }
  | { readonly name: keyof SamplingSettings; readonly kind: 'choice'; readonly choices: readonly string[] };

/** One key that AUTOMATIC1111 1.10 or Forge writes under a picture. */
export interface CatalogueParameter {
  readonly key: string;
  readonly here: Treatment;
  /** What it does to the picture in the program that writes it, in Markdown. */
  readonly effect: string;
  /** A value that differs from the default. */
  readonly example: string;
  readonly setting?: SettingOf;
  /** Values of a told parameter that change nothing, so that nothing is told. */
  readonly neutral?: readonly string[];
}
