/**
 * Folders with circles that are still to be ended, sub-folders included. The list only gets shorter: a test fails for a
 * circle anywhere else.
 */
export const FOLDERS_WITH_CIRCLES: readonly string[] = [
  'server/src/engine',
  'server/src/engines/local',
  'server/src/shared',
];
