/** What the process says when it ends, as ESLint and Ruff do. */
export const EXIT = {
  clean: 0,
  /** The run worked and found something. */
  findings: 1,
  /** Usage, configuration or internal error; also a cancelled run. */
  trouble: 2,
} as const;
