/**
 * Deepest nesting of brackets that the tree shows. The parser is recursive, and every consumer of the tree may be;
 * no prompt that means anything comes near it. Deeper brackets stay text and are reported.
 */
export const MAX_NESTING = 256;

/** Syntax errors kept for one document; a text with more of them is not a prompt, and nobody reads the rest. */
export const MAX_SYNTAX_ERRORS = 1000;
