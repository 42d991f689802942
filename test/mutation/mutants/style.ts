import { inTest, type Mutant, ofRule } from './mutant';

const fastPaths = inTest('../analysis/fastPaths');
const stretchCounts = inTest('../domain/stretchCounts');

/** What can be said shorter or plainer, and what other programs would make of it. */
export const STYLE: readonly Mutant[] = [
  ofRule(
    'comment-eats-text',
    'commentEatsText',
    "if (COLOUR.test(text) && SURE_COLOUR.test(text)) return 'colour';",
    '',
    '`#ff0000` eats the line silently',
  ),
  ofRule('useless-escape', 'uselessEscape', '/^[()[\\]\\\\|]$/u', '/^[()[\\]\\\\]$/u', '`\\|` is useless'),
  ofRule(
    'full-width-punctuation',
    'fullWidthPunctuation',
    'safe: meant !== undefined',
    'safe: true',
    '--fix makes weights of plain brackets',
  ),
  ofRule(
    'duplicate-tag',
    'duplicateTag',
    'phrase.part === 0 ? words',
    'phrase.part >= 0 ? words',
    'a tag on both sides of BREAK is double',
  ),
  ofRule(
    'token-budget',
    '../domain/chunks',
    'CHUNK - used <= BACKTRACK',
    'CHUNK - used < 0',
    'phrases the web UI moves are cut',
  ),
  ofRule(
    'token-budget',
    'tokenBudget',
    'chunks > options.maxChunks) tooMany',
    'chunks >= options.maxChunks) tooMany',
    'one chunk too few is allowed',
  ),
  ofRule(
    'embedding-at-chunk-end',
    'embeddingAtChunkEnd',
    'sizeOf(use.name) > CHUNK) continue;',
    'sizeOf(use.name) > 0) continue;',
    'vectors left in the old chunk are not told',
  ),
  ofRule(
    'full-width-punctuation',
    'fullWidthPunctuation',
    'half.edits.length > 0 && meant',
    'half.edits.length > 0',
    '`(颜色：红)` is taken for a weight',
  ),
  ofRule(
    'unbalanced-bracket',
    'unbalancedBracket',
    'if (end === start + 1 && mixedPairAt',
    'if (end === start && mixedPairAt',
    '`（a:1.2)` has two findings, and --fix spoils it',
  ),
  ofRule(
    'duplicate-tag',
    '../text/fold',
    '(code >= 65 && code <= 90)',
    '(code > 65 && code < 90)',
    '`A cat` and `a cat` are two tags',
  ),
  fastPaths(
    'token-budget',
    '../analysis/fastPaths',
    'found = tokens > BACKTRACK;',
    'found = tokens > CHUNK;',
    'a phrase of 30 tokens is never looked at',
  ),
  stretchCounts(
    'token-budget',
    '../domain/stretchCounts',
    'if (hashes[entry] === hash && isEntry(entry, text, start, end))',
    'if (isEntry(entry, text, start, end) || hashes[entry] !== hash)',
    'a phrase has the tokens of another one',
  ),
  ofRule(
    'portability',
    'support/constructs',
    'if (outer.length === 0) return { invokeai: compel };',
    'if (outer.length === 0) return undefined;',
    'InvokeAI reads `(a:1.2)` as words, unsaid',
  ),
];
