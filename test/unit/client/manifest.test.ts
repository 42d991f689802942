import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stylish } from '../../../server/src/cli/formatters/stylish';
import type { Report } from '../../../server/src/cli/report';

interface Setting {
  scope: string;
  default: unknown;
  type: string;
  markdownDescription?: string;
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const { contributes } = manifest;
const settings: Record<string, Setting> = Object.assign(
  {},
  ...contributes.configuration.map(({ properties }: { properties: object }) => properties),
);
const commands: { command: string; title: string; category: string }[] = contributes.commands;

describe('settings', () => {
  it.each(Object.entries(settings))('%s has a scope, a default and words', (_, setting) => {
    expect(setting.scope).toBeDefined();
    expect(setting.default).toBeDefined();
    expect(setting.markdownDescription).toMatch(/\.$/);
  });

  // A workspace must not be able to say what is loaded, started or written to.
  it('every path, model and process is the machine’s own', () => {
    const sensitive = Object.keys(settings).filter((name) => /path|folder|models$|engine/i.test(name));
    expect(sensitive.length).toBeGreaterThan(6);
    for (const name of sensitive) expect([name, settings[name]!.scope]).toEqual([name, 'machine']);
  });

  it('what an untrusted workspace may not set is listed, and exists', () => {
    const restricted: string[] = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
    for (const name of restricted) expect(settings).toHaveProperty([name]);
    const paths = Object.keys(settings).filter((name) => /path|folder|models?$/i.test(name));
    expect(restricted).toEqual(expect.arrayContaining(paths));
  });
});

describe('commands', () => {
  it('are named alike and are all registered in one place', () => {
    const index = readFileSync('client/src/commands/index.ts', 'utf8');
    const listed = /const COMMANDS[^{]*\{([^}]*)\}/.exec(index)![1]!.match(/\w+/g)!;
    expect(commands.map(({ command }) => command).sort()).toEqual(
      listed.map((name) => `sdprompt.${name}`).sort(),
    );
    for (const { category } of commands) expect(category).toBe('SD Prompt');
  });

  it('every menu item and key names one of them', () => {
    const known = new Set(commands.map(({ command }) => command));
    const menus = Object.values(
      contributes.menus as Record<string, { command: string; alt?: string }[]>,
    ).flat();
    for (const { command, alt } of menus) expect(known.has(command) && (!alt || known.has(alt))).toBe(true);
    for (const { command } of contributes.keybindings) expect(known.has(command)).toBe(true);
  });

  it('that generate are hidden where nothing may be generated', () => {
    const menus = Object.values(
      contributes.menus as Record<string, { command: string; when: string }[]>,
    ).flat();
    const generating = menus.filter(({ command }) => /generate/.test(command));
    expect(generating.length).toBeGreaterThan(3);
    for (const { when } of generating) expect(when).toContain('isWorkspaceTrusted');
  });
});

it('every file the manifest names is there', () => {
  const files: string[] = [
    manifest.icon,
    ...contributes.languages.flatMap((language: { configuration: string; icon: object }) => [
      language.configuration,
      ...Object.values(language.icon),
    ]),
    ...contributes.grammars.map(({ path }: { path: string }) => path),
    ...contributes.snippets.map(({ path }: { path: string }) => path),
    ...contributes.jsonValidation.map(({ url }: { url: string }) => url),
    ...contributes.walkthroughs.flatMap(({ steps }: { steps: { media: { markdown: string } }[] }) =>
      steps.map(({ media }) => media.markdown),
    ),
  ];
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
});

it('is activated by the language, and by a preview that a reload brings back', () => {
  expect(manifest.activationEvents).toEqual(['onLanguage:sdprompt', 'onWebviewPanel:sdprompt.preview']);
});

it.each([
  'my prompts/a:b.sdprompt',
  'C:\\Prompts\\夜 の 街 (1).sdprompt',
  'D:/prompts/线稿 v1.2.sdprompt',
  '\\\\server\\share\\a.sdprompt',
  'a:12:3.sdprompt',
])('the problem matcher reads what the command line prints of %s', (file) => {
  const findings = [
    {
      line: 3,
      column: 17,
      severity: 'error',
      message: 'The weight `x`  is not a number: write 0.8.',
      ruleId: 'lora-weight',
    },
    { line: 1, column: 1, severity: 'hint', message: 'Short.', ruleId: 'some-rule' },
    { line: 9, column: 2, severity: 'warning', message: '`a:1:2  error  b  c` 是。', ruleId: 'some-rule' },
  ];
  const report = {
    files: [{ path: file, findings }],
    counts: { error: 1, warning: 1, info: 0, hint: 1 },
    fixable: { safe: 1, unsafe: 1 },
    fixed: 0,
  } as unknown as Report;
  const [{ pattern }] = contributes.problemMatchers;
  const read = stylish
    .format(report, { colour: false } as Parameters<typeof stylish.format>[1])
    .split('\n')
    .flatMap((line) => {
      const match = new RegExp(pattern.regexp).exec(line);
      if (!match) return [];
      const at = (name: string) => match[pattern[name]]!;
      return [
        {
          file: at('file'),
          line: +at('line'),
          column: +at('column'),
          severity: at('severity'),
          message: at('message'),
          ruleId: at('code'),
        },
      ];
    });
  expect(read).toEqual(findings.map((finding) => ({ file, ...finding })));
});
