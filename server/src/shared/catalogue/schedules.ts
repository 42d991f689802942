/** A schedule type, the way sigmas are spread over the denoising steps, by the web UI's name. */
export interface ScheduleEntry {
  readonly name: string;
  /** Other names, compared without regard to case. */
  readonly aliases?: readonly string[];
  /** True where the built-in engine has it. */
  readonly isBuiltIn?: true;
}

/**
 * Every known schedule type, in the order of the web UI's list. `Automatic` is the sampler's own choice. Older parameters
 * write the type behind the sampler's name: `DPM++ 2M Karras`.
 */
export const SCHEDULES = [
  { name: 'Automatic', isBuiltIn: true },
  { name: 'Uniform', isBuiltIn: true },
  { name: 'Karras', isBuiltIn: true },
  { name: 'Exponential', isBuiltIn: true },
  { name: 'Polyexponential', isBuiltIn: true },
  { name: 'SGM Uniform', isBuiltIn: true },
  { name: 'KL Optimal', isBuiltIn: true },
  { name: 'Align Your Steps', aliases: ['AYS'], isBuiltIn: true },
  { name: 'Simple', isBuiltIn: true },
  { name: 'Normal', isBuiltIn: true },
  { name: 'DDIM', isBuiltIn: true },
  { name: 'Beta', isBuiltIn: true },
  { name: 'Turbo' },
  { name: 'Linear Quadratic' },
  { name: 'Align Your Steps GITS' },
  { name: 'Align Your Steps 11' },
  { name: 'Align Your Steps 32' },
] as const satisfies readonly ScheduleEntry[];

/** Name of a schedule type that the built-in engine computes; `Automatic` stands for one of the others. */
export type BuiltInScheduleName = Exclude<
  Extract<(typeof SCHEDULES)[number], { readonly isBuiltIn: true }>['name'],
  'Automatic'
>;

const ENTRIES: readonly ScheduleEntry[] = SCHEDULES;

/** Every known name. */
export const SCHEDULE_NAMES: readonly string[] = ENTRIES.map(({ name }) => name);

/** Names of the schedule types that the built-in engine has, `Automatic` among them. */
export const BUILT_IN_SCHEDULES: readonly string[] = ENTRIES.filter(({ isBuiltIn }) => isBuiltIn).map(
  ({ name }) => name,
);

/** The schedule type of a name or alias: the exact name first, then without regard to case. */
export function scheduleEntry(written: string): ScheduleEntry | undefined {
  const wanted = written.trim().toLowerCase();
  return (
    ENTRIES.find(({ name }) => name === written) ??
    ENTRIES.find(
      ({ name, aliases = [] }) =>
        name.toLowerCase() === wanted || aliases.some((alias) => alias.toLowerCase() === wanted),
    )
  );
}
