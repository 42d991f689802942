/**
 * Limits of the workspace, named so that a message can say which one was met.
 */

/** Files `extends` may chain; real chains have two or three. */
export const MAX_EXTENDS_DEPTH = 32;

/** Entries of `extends` that one configuration may follow in all; real ones follow a handful. */
export const MAX_EXTENDS = 200;

/** How deep objects and lists of a configuration may be nested. */
export const MAX_JSON_DEPTH = 64;

/** The longest text file of a workspace that is read. */
export const MAX_TEXT_BYTES = 8 * 2 ** 20;

/** Embeddings, wildcards or prompt files one folder may contribute. */
export const MAX_FILES_PER_FOLDER = 50_000;
