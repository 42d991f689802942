/**
 * Limits of the workspace, named so that a message can say which one was met.
 */

/** Files `extends` may chain; real chains have two or three. */
export const MAX_EXTENDS_DEPTH = 32;

/** Embeddings, wildcards or prompt files one folder may contribute. */
export const MAX_FILES_PER_FOLDER = 50_000;
