import { run as merge } from './merge';

/** Every bench by name; each returns the exit code. */
export const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = { merge };
