import { run as checkpoint } from './checkpoint';
import { run as library } from './library';
import { run as lint } from './lint';
import { run as loop } from './loop';
import { run as merge } from './merge';
import { run as parse } from './parse';

/** Every bench by name; each returns the exit code. */
export const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  checkpoint,
  library,
  lint,
  loop,
  merge,
  parse,
};
