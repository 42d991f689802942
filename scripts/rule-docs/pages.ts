import type { Rule } from '../../server/src/language/rules/rule';

const START = '<!-- generated from the rule by `npm run docs` -->';
const END = '<!-- end of the generated part -->';

interface OptionSchema {
  readonly type?: string;
  readonly default?: unknown;
  readonly description?: string;
  readonly items?: { readonly type?: string; readonly enum?: readonly string[] };
}

/** The files of docs/rules as they should be, by name. `read` gives a file as it is. */
export function generatedFiles(
  rules: readonly Rule[],
  read: (name: string) => string | undefined,
): Map<string, string> {
  const files = new Map<string, string>();
  for (const rule of rules) {
    const name = `${rule.id}.md`;
    files.set(name, page(rule, read(name)));
  }
  files.set('README.md', table(rules));
  return files;
}

/** Head, body and options; the body is what the present page has between them. */
function page(rule: Rule, present: string | undefined): string {
  const parts = [generated(head(rule)), bodyOf(present) ?? 'To be written.'];
  const options = optionTable(rule);
  if (options) parts.push(generated(options));
  return `${parts.join('\n\n')}\n`;
}

/** A page without its generated parts, or undefined when there is nothing else in it. */
export function bodyOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  let rest = text;
  for (let start = rest.indexOf(START); start >= 0; start = rest.indexOf(START)) {
    const end = rest.indexOf(END, start);
    rest = rest.slice(0, start) + (end < 0 ? '' : rest.slice(end + END.length));
  }
  const body = rest.trim();
  return body === '' ? undefined : body;
}

function generated(text: string): string {
  return `${START}\n\n${text}\n\n${END}`;
}

function head(rule: Rule): string {
  const aliases = (rule.aliases ?? []).map((alias) => `\`${alias}\``).join(', ');
  const facts = [
    `- Level: ${rule.severity}`,
    `- Fix: ${FIXES[rule.fixable]}`,
    `- Tags: ${rule.tags.join(', ')}`,
    ...(aliases ? [`- Also called: ${aliases}`] : []),
  ];
  return `# ${rule.id}\n\n${rule.description}\n\n${facts.join('\n')}`;
}

const FIXES: Readonly<Record<Rule['fixable'], string>> = {
  safe: 'with `--fix`',
  unsafe: 'with `--unsafe-fixes`, and as a quick fix',
  both: 'with `--fix`; some only with `--unsafe-fixes` or as a quick fix',
  no: 'none',
};

function optionTable(rule: Rule): string | undefined {
  const properties = Object.entries((rule.options?.properties ?? {}) as Record<string, OptionSchema>);
  if (properties.length === 0) return undefined;
  const rows = properties.map(
    ([name, schema]) =>
      `| \`${name}\` | ${typeOf(schema)} | \`${JSON.stringify(schema.default)}\` | ${schema.description ?? ''} |`,
  );
  const example = JSON.stringify(
    Object.fromEntries(properties.map(([name, schema]) => [name, schema.default])),
  ).replace(/([:,])(?=\S)/g, '$1 ');
  return [
    '## Options',
    '',
    '| Option | Type | Default | Meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    '```json',
    `{ "rules": { "${rule.id}": ["on", ${example}] } }`,
    '```',
  ].join('\n');
}

function typeOf(schema: OptionSchema): string {
  if (schema.type !== 'array') return schema.type ?? '';
  return schema.items?.enum
    ? `list of ${schema.items.enum.map((value) => `\`${value}\``).join(', ')}`
    : 'list of texts';
}

function table(rules: readonly Rule[]): string {
  const rows = rules.map(
    (rule) =>
      `| [${rule.id}](${rule.id}.md) | ${rule.description.replaceAll('|', '\\|')} | ${rule.severity} | ${rule.fixable === 'no' ? '' : rule.fixable} |`,
  );
  return `${[
    START,
    '',
    '# Rules',
    '',
    'Every rule has a page with what it finds, a bad and a good example, the reason and its options.',
    '`sdprompt explain RULE` shows the page in the terminal.',
    '',
    '| Rule | What it finds | Level | Fix |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    'Levels: an error is something that fails or silently does nothing, a warning something that most likely is not',
    'what the writer means, an info worth knowing, a hint worth a glance. The level of a single finding may be lower',
    'or higher than that of its rule, unless the configuration sets it.',
    '',
    'Fixes: a safe one keeps the picture or does what the writer plainly meant; an unsafe one changes the picture.',
    '',
    '## Levels and options',
    '',
    'In `sdprompt.config.json`:',
    '',
    '```json',
    '{',
    '  "extends": "recommended",',
    '  "rules": {',
    '    "duplicate-tag": "off",',
    '    "missing-trigger-word": "warning",',
    '    "lora-weight": ["on", { "max": 1.5 }]',
    '  }',
    '}',
    '```',
    '',
    '`on` keeps the levels of the rule; `off`, `hint`, `info`, `warning` and `error` replace them. The presets are',
    '`recommended` (every rule at its own level), `strict` and `civitai-upload`.',
    '',
    '## Silencing a finding',
    '',
    '```sdprompt',
    '# sdprompt-disable-next-line duplicate-tag -- the poem repeats it',
    'rose, rose',
    '',
    '1girl, (hat:2.5), # sdprompt-disable-line attention-weight',
    '# sdprompt-disable useless-escape',
    'a\\, b',
    '# sdprompt-enable useless-escape',
    '# sdprompt-disable-file token-budget',
    '```',
    '',
    'Several rules are separated by commas or blanks; without a name the comment speaks for all of them. Comments that',
    'silence nothing, or name no rule, are findings themselves. In a line of parameters `#` is part of the value, so a',
    'comment for it stands on the line before.',
    '',
    END,
  ].join('\n')}\n`;
}
