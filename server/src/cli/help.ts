import type { Command, CommandEntry } from './command';

/** The overview printed by `sdprompt --help`. */
export function overview(commands: readonly CommandEntry[], version: string): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const rows = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    `sdprompt ${version}: Stable Diffusion prompts as source code`,
    '',
    'Usage: sdprompt COMMAND [arguments]',
    '',
    ...rows,
    '',
    'sdprompt COMMAND --help lists a command’s options. Exit codes: 0 clean, 1 findings, 2 trouble.',
    '',
  ].join('\n');
}

/** The help of one command, from its options. */
export function commandHelp({ name, summary }: CommandEntry, command: Command): string {
  const names = Object.entries(command.options).map(([option, { short, value }]) =>
    [short ? `-${short}, ` : '    ', `--${option}`, value ? ` ${value}` : ''].join(''),
  );
  const width = Math.max(0, ...names.map((label) => label.length));
  const rows = Object.values(command.options).map(
    ({ help }, i) => `  ${(names[i] ?? '').padEnd(width)}  ${help}`,
  );
  return [
    `Usage: sdprompt ${name} ${command.usage}`.trimEnd(),
    '',
    summary,
    ...(rows.length > 0 ? ['', ...rows] : []),
    '',
  ].join('\n');
}
