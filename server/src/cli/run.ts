import { didYouMean } from '../language/plan/suggest';
import { type CommandEntry, invoke, UsageError } from './command';
import { COMMANDS } from './commands';
import { EXIT } from './exitCodes';
import { commandHelp, overview } from './help';
import type { Io } from './io';
import { packageVersion } from './packageFiles';

/**
 * Runs the command line and returns the exit code; never exits the process itself. This is the one place of this process
 * that catches what a command did not expect.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...args] = argv;
  if (name === '--version' || name === '-v') {
    io.stdout.write(`${packageVersion()}\n`);
    return EXIT.clean;
  }
  if (name === undefined) {
    io.stderr.write(overview(COMMANDS, packageVersion()));
    return EXIT.trouble;
  }
  const asksForHelp = name === '--help' || name === '-h' || name === 'help';
  if (asksForHelp && (args.length === 0 || name !== 'help')) {
    io.stdout.write(overview(COMMANDS, packageVersion()));
    return EXIT.clean;
  }
  const wanted = asksForHelp ? args[0] : name;
  const entry = COMMANDS.find((one) => one.name === wanted);
  if (!entry) {
    const names = COMMANDS.map((one) => one.name);
    io.stderr.write(
      `sdprompt: there is no command "${wanted}". ${didYouMean(wanted ?? '', names)}`.trimEnd() +
        `\n  Commands: ${names.join(', ')}.\n`,
    );
    return EXIT.trouble;
  }
  return runCommand(entry, asksForHelp ? ['--help'] : args, io);
}

async function runCommand(entry: CommandEntry, args: readonly string[], io: Io): Promise<number> {
  try {
    const command = await entry.load();
    if (asksForHelp(args)) {
      io.stdout.write(commandHelp(entry, command));
      return EXIT.clean;
    }
    return await command.run(invoke(command, args, io));
  } catch (error) {
    if (io.signal.aborted) {
      io.stderr.write('Cancelled.\n');
    } else if (error instanceof UsageError) {
      io.stderr.write(`sdprompt: ${error.message}\n  Run: sdprompt ${entry.name} --help\n`);
    } else {
      io.stderr.write(
        `sdprompt: internal error in "${entry.name}". Please report it with the lines below.\n${(error as Error)?.stack ?? error}\n`,
      );
    }
    return EXIT.trouble;
  }
}

/** Behind `--` an argument is a file's name, whatever it looks like. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  return options.includes('--help') || options.includes('-h');
}
