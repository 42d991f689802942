/** One deliberate breakage of a rule's code. */
export interface Mutant {
  /** The rule it breaks, or the part of the machinery. */
  readonly of: string;
  /** Below `server/src/language`. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly replace: string;
  /** What a user would see. */
  readonly why: string;
  /** The test file below `test/unit/rules` that has to notice. */
  readonly test: string;
}

const inTest =
  (test: string) =>
  (of: string, file: string, find: string, replace: string, why: string): Mutant => ({
    of,
    file: `rules/${file}.ts`,
    find,
    replace,
    why,
    test: `${test}.test.ts`,
  });
const syntax = inTest('syntax');
const lora = inTest('lora');
const weights = inTest('weights');
const style = inTest('style');
const parameters = inTest('parameters');
const portability = inTest('portability');
const suppress = inTest('suppress');
const run = inTest('run');
const fix = inTest('fix');
const shortcuts = inTest('shortcuts');

/** Breakages of every rule and of what all rules stand on. `npm run mutants` tries each; the tests must fail. */
export const MUTANTS: readonly Mutant[] = [
  syntax('unclosed-tag', 'unclosedTag', 'safe: true', 'safe: false', '--fix leaves tags open'),
  syntax('empty-tag', 'emptyTag', 'safe: false', 'safe: true', '--fix removes tags unasked'),
  syntax(
    'unknown-tag-type',
    'unknownTagType',
    'if (known.includes(lower)) {',
    'if (known.includes(type)) {',
    '`<LORA:` is no case slip',
  ),
  syntax(
    'unknown-tag-type',
    'unknownTagType',
    "newText = match[0].replace(/\\s+/gu, '')",
    "newText = match[0].replace(/^\\s+/gu, '')",
    '`< lora:` is "fixed" into itself',
  ),
  syntax(
    'unbalanced-bracket',
    'unbalancedBracket',
    'safe: !changes',
    'safe: true',
    'closing a bracket may make a weight, unasked',
  ),
  syntax('unbalanced-bracket', 'unbalancedBracket', '(?:[\\s,]|$)', '(?:[\\s]|$)', '`:), ` is no face'),
  syntax(
    'nesting-too-deep',
    'nestingTooDeep',
    "syntaxCheck('nesting-too-deep')",
    "syntaxCheck('nesting-deep')",
    'nothing is reported',
  ),
  syntax(
    'duplicate-negative',
    'duplicateNegative',
    "severity: 'warning'",
    "severity: 'error'",
    'a working prompt is red',
  ),
  lora(
    'unknown-lora',
    'unknownLora',
    "if (environment.loras.known === 'nothing') return;",
    '',
    'without a library every LoRA is unknown',
  ),
  lora(
    'unknown-lora',
    'unknownLora',
    'range: network.nameRange,\n          message',
    'range: tag.range,\n          message',
    'the whole tag is underlined',
  ),
  lora(
    'ambiguous-lora',
    'ambiguousLora',
    'files.filter((file) => file.name === name).length === 1',
    'files.filter((file) => file.name === name).length <= 2',
    'two files of one name pass',
  ),
  lora(
    'ambiguous-lora',
    'ambiguousLora',
    'name !== written && resolve(name).length === 1',
    'name !== written',
    'the fix offers another ambiguous name',
  ),
  lora(
    'duplicate-lora',
    'duplicateLora',
    'const key = file ?? network.name;',
    'const key = network.name;',
    'a file under two names passes',
  ),
  lora(
    'unreadable-lora',
    'unreadableLora',
    "(file.status === 'ok' && file.kind === 'lora')",
    "file.status === 'ok'",
    'a VAE passes for a LoRA',
  ),
  lora(
    'lora-architecture',
    'loraArchitecture',
    "if (fits.includes('same'))",
    "if (!fits.includes('none'))",
    'a partial fit is silent',
  ),
  lora(
    'lora-architecture',
    'loraArchitecture',
    'if (fit.fitting === 0)',
    'if (fit.fitting < 0)',
    'nothing fits, and it is only a warning',
  ),
  lora(
    'lora-weight',
    'loraWeight',
    'if (value === undefined) reportUnreadable',
    'if (value !== value) reportUnreadable',
    '`0,8` passes, nan does not',
  ),
  lora(
    'lora-weight',
    'loraWeight',
    'Math.abs(unet - preferred) <= options.preferredTolerance',
    'Math.abs(unet - preferred) >= options.preferredTolerance',
    'near weights are far',
  ),
  lora(
    'lora-weight',
    'loraWeight',
    'sum += Math.abs(network.unet)',
    'sum += network.unet',
    'a minus hides a stack',
  ),
  lora(
    'overcooked-stack',
    'overcookedStack',
    'filter(({ ratio }) => ratio > limit)',
    'filter(({ ratio }) => ratio >= limit)',
    'a stack at the limit is reported',
  ),
  lora(
    'overcooked-stack',
    'support/measuredStack',
    'return Math.abs(weights[i]! * weights[j]!) * a * b;',
    'return weights[i]! * weights[j]! * a * b;',
    'a minus cancels what nobody measured',
  ),
  lora(
    'overcooked-stack',
    'overcookedStack',
    'const b = signed * sign;',
    'const b = signed;',
    'the weight advised for a negative one is wrong',
  ),
  lora(
    'duplicate-lora',
    'duplicateLora',
    '>= SAME',
    '>= 0.5',
    'LoRAs that are merely alike are called the same',
  ),
  lora(
    'one-bad-weight-disables-all',
    'oneBadWeightDisablesAll',
    'if (!bad || !first) continue;',
    'if (!bad) continue;\n      if (!first) throw new Error();',
    'the rule fails on a single bad LoRA',
  ),
  lora(
    'lora-in-negative',
    'loraInNegative',
    "if (view.side !== 'negative') continue;",
    '',
    'LoRAs of the positive prompt are reported',
  ),
  lora(
    'lora-in-schedule',
    'loraInSchedule',
    "parent.type !== 'group'",
    "parent.type === 'schedule'",
    'alternations are forgotten',
  ),
  lora(
    'lora-name-unwritable',
    'loraNameUnwritable',
    'if (first.key !== undefined) return namedName(first, used);',
    '',
    '`my=name` passes',
  ),
  lora(
    'missing-trigger-word',
    'missingTriggerWord',
    'triggers.some((trigger) => isSaid',
    'triggers.every((trigger) => isSaid',
    'every trigger is demanded',
  ),
  lora(
    'leftover-trigger-word',
    'leftoverTriggerWord',
    'lora && answersTo(lora, phrase.text)',
    'false',
    'the trigger of a loaded LoRA is left over',
  ),
  lora(
    'lockfile-mismatch',
    'lockfileMismatch',
    "if (a?.sha256 && b?.sha256) return unequal(a.sha256, b.sha256, 'SHA-256');",
    '',
    'another file of the same name passes',
  ),
  weights(
    'attention-weight',
    'attentionWeight',
    'value > options.max) {',
    'value >= options.max) {',
    'a weight of 2 is out of range',
  ),
  weights(
    'attention-weight',
    'attentionWeight',
    "parent.type === 'group' ? weightOf(parent) : 1",
    "parent.type === 'group' ? 1 : 1",
    'brackets in brackets do not multiply',
  ),
  weights(
    'suspicious-weight',
    'suspiciousWeight',
    'safe: isRatio,',
    'safe: true,',
    '--fix changes a weight that may be meant',
  ),
  weights(
    'suspicious-weight',
    'support/suspicious',
    "return { kind: 'face', range: group.range };",
    'return undefined;',
    '`(:3)` vanishes silently',
  ),
  weights(
    'bracket-number',
    'bracketNumber',
    'shortNumber(1 / when.value)',
    'shortNumber(when.value - 1)',
    'the fix weakens by another number',
  ),
  weights(
    'break-in-brackets',
    'breakInBrackets',
    "parent.type === 'group'",
    "parent.type !== 'group'",
    'BREAK in brackets passes',
  ),
  weights(
    'schedule-disabled',
    'scheduleDisabled',
    "if (text[range.start] === '\\\\')",
    "if (text[range.start] === '/')",
    'the backslash is not named',
  ),
  weights(
    'schedule-never-switches',
    'scheduleNeverSwitches',
    'value * steps < 1',
    'value * steps <= 1',
    'the first step is before the first',
  ),
  weights(
    'schedule-never-switches',
    'scheduleNeverSwitches',
    "parameter.key.startsWith('Hires')",
    "parameter.key.startsWith('HiRes')",
    'the second pass is forgotten',
  ),
  style(
    'comment-eats-text',
    'commentEatsText',
    "if (COLOUR.test(text) && SURE_COLOUR.test(text)) return 'colour';",
    '',
    '`#ff0000` eats the line silently',
  ),
  style('useless-escape', 'uselessEscape', '/^[()[\\]\\\\|]$/u', '/^[()[\\]\\\\]$/u', '`\\|` is useless'),
  style(
    'full-width-punctuation',
    'fullWidthPunctuation',
    'safe: meant !== undefined',
    'safe: true',
    '--fix makes weights of plain brackets',
  ),
  style(
    'duplicate-tag',
    'duplicateTag',
    'phrase.part === 0 ? words',
    'phrase.part >= 0 ? words',
    'a tag on both sides of BREAK is double',
  ),
  style(
    'token-budget',
    'support/chunks',
    'CHUNK - used <= BACKTRACK',
    'CHUNK - used < 0',
    'phrases the web UI moves are cut',
  ),
  style(
    'token-budget',
    'tokenBudget',
    'chunks > options.maxChunks) tooMany',
    'chunks >= options.maxChunks) tooMany',
    'one chunk too few is allowed',
  ),
  parameters(
    'infotext-would-not-parse',
    'infotextWouldNotParse',
    "if (label === 'Negative prompt:') continue;",
    'if (/^negative prompt:$/i.test(label)) continue;',
    '`negative prompt:` passes',
  ),
  parameters(
    'infotext-would-not-parse',
    'infotextWouldNotParse',
    'parameters.length < 3 || lines > 1',
    'parameters.length < 2 || lines > 1',
    'two pairs pass under strictParameters',
  ),
  parameters(
    'unparsed-parameter',
    'unparsedParameter',
    'if (!decimals.has(finding.range.end)) report(finding);',
    'report(finding);',
    '`7,5` is reported twice',
  ),
  parameters(
    'unknown-parameter',
    'unknownParameter',
    '|| present.has(meant)',
    '',
    'a key beside the known one is a slip',
  ),
  parameters(
    'invalid-parameter',
    'invalidParameter',
    'side % 8 === 0 && side >= 64',
    'side % 4 === 0 && side >= 64',
    '516 passes',
  ),
  parameters(
    'invalid-parameter',
    'invalidParameter',
    'range: before.keyRange',
    'range: parameter.keyRange',
    'the one that counts is reported',
  ),
  parameters(
    'unknown-model',
    'unknownModel',
    '/[,:\\n]/u.test(name) ? JSON.stringify(name) : name',
    'name',
    'the fix writes a name with a comma bare',
  ),
  parameters(
    'unknown-embedding',
    'unknownEmbedding',
    'name.length < 7 ||',
    'name.length < 3 ||',
    'short words are taken for slips',
  ),
  parameters(
    'unknown-wildcard',
    'unknownWildcard',
    ".replaceAll('*', '[^/]*')",
    ".replaceAll('*', '.*')",
    '`*` reaches over folders',
  ),
  shortcuts(
    'token-budget',
    'support/chunks',
    'found = tokens > BACKTRACK;',
    'found = tokens > CHUNK;',
    'a phrase of 30 tokens is never looked at',
  ),
  shortcuts(
    'token-budget',
    'support/stretchCounts',
    'if (hashes[entry] === hash && isEntry(entry, text, start, end))',
    'if (isEntry(entry, text, start, end) || hashes[entry] !== hash)',
    'a phrase has the tokens of another one',
  ),
  style(
    'duplicate-tag',
    'support/plainText',
    '(code >= 65 && code <= 90)',
    '(code > 65 && code < 90)',
    '`A cat` and `a cat` are two tags',
  ),
  portability(
    'portability',
    'support/constructs',
    'if (outer.length === 0) return { invokeai: compel };',
    'if (outer.length === 0) return undefined;',
    'InvokeAI reads `(a:1.2)` as words, unsaid',
  ),
  suppress(
    'unused-suppression',
    'run',
    'if (entry.rule !== undefined && isSilent(entry.rule, levels)) continue;',
    '',
    'a rule that is off makes comments unused',
  ),
  suppress(
    'unknown-suppression',
    'unknownSuppression',
    'safe: index === 0',
    'safe: false',
    '--fix leaves misspelt names',
  ),
  suppress(
    'directives',
    'suppress',
    'lineOf(finding.range.start) === own + 1',
    'lineOf(finding.range.start) >= own + 1',
    'the next line is every next line',
  ),
  run(
    'internal-rule-error',
    'internalRuleError',
    'error instanceof Error ? error.message : String(error)',
    "'something'",
    'nobody learns why the rule failed',
  ),
  run(
    'settings',
    'run',
    "severity: level === 'on' ? (finding.severity ?? rule.severity) : level",
    "severity: finding.severity ?? (level === 'on' ? rule.severity : level)",
    'a configured severity is overruled',
  ),
  fix(
    'fixes',
    'fix',
    'range.end < other.range.start || range.start > other.range.end',
    'range.end <= other.range.start || range.start >= other.range.end',
    'fixes that touch are both applied',
  ),
  fix(
    'fixes',
    'fix',
    'if (syntaxCount(after) <= syntaxCount(findings)) {\n      current',
    'if (true) {\n      current',
    'a fix may break the text',
  ),
];
