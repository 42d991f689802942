import { type Mutant, ofRule } from './mutant';

/** The lines of parameters, and the names in them. */
export const PARAMETERS: readonly Mutant[] = [
  ofRule(
    'infotext-would-not-parse',
    'infotextWouldNotParse',
    "if (label === 'Negative prompt:') continue;",
    'if (/^negative prompt:$/i.test(label)) continue;',
    '`negative prompt:` passes',
  ),
  ofRule(
    'infotext-would-not-parse',
    'infotextWouldNotParse',
    'parameters.length < 3 || lines > 1',
    'parameters.length < 2 || lines > 1',
    'two pairs pass under strictParameters',
  ),
  ofRule(
    'unparsed-parameter',
    'unparsedParameter',
    'if (!decimals.has(finding.range.end)) report(finding);',
    'report(finding);',
    '`7,5` is reported twice',
  ),
  ofRule(
    'unknown-parameter',
    'unknownParameter',
    '|| present.has(meant)',
    '',
    'a key beside the known one is a slip',
  ),
  ofRule(
    'invalid-parameter',
    'invalidParameter',
    'side % 8 === 0 && side >= SMALLEST_SIDE',
    'side % 4 === 0 && side >= SMALLEST_SIDE',
    '516 passes',
  ),
  ofRule(
    'invalid-parameter',
    'invalidParameter',
    'range: before.keyRange',
    'range: parameter.keyRange',
    'the one that counts is reported',
  ),
  ofRule(
    'unknown-model',
    'unknownModel',
    '/[,:\\n]/u.test(name) ? JSON.stringify(name) : name',
    'name',
    'the fix writes a name with a comma bare',
  ),
  ofRule(
    'unknown-embedding',
    'unknownEmbedding',
    'name.length < 7 ||',
    'name.length < 3 ||',
    'short words are taken for slips',
  ),
  ofRule(
    'unreadable-file',
    'run',
    "if (level === 'off') return [];",
    '',
    'a file is reported although the rule is off',
  ),
  ofRule(
    'dynamic-template',
    'dynamicTemplate',
    "key === 'Template' || key === 'Negative Template'",
    'false',
    'a prompt that was filled in before is read as a template',
  ),
  ofRule(
    'unknown-wildcard',
    'unknownWildcard',
    ".replaceAll('*', '[^/]*')",
    ".replaceAll('*', '.*')",
    '`*` reaches over folders',
  ),
  ofRule(
    'infotext-would-not-parse',
    'infotextWouldNotParse',
    'const end = from + match[0].trimEnd().length;',
    'const end = from + match[0].length;',
    'blanks at the end are underlined',
  ),
];
