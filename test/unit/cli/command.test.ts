import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type Command, invoke, UsageError, wholeNumber } from '../../../server/src/cli/command';
import { COMMANDS } from '../../../server/src/cli/commands';
import { type Io, wantsColour } from '../../../server/src/cli/io';

const io: Io = {
  cwd: '/',
  env: {},
  stdin: Readable.from([]),
  stdout: { write: () => true },
  stderr: { write: () => true },
  signal: new AbortController().signal,
};
const command: Command = {
  usage: '',
  options: {
    seed: { type: 'string', value: 'N', help: '' },
    name: { type: 'string', short: 'n', multiple: true, help: '' },
    quiet: { type: 'boolean', short: 'q', help: '' },
  },
  run: async () => 0,
};

describe('arguments', () => {
  it('are options, lists and names, in any order', () => {
    const one = invoke(command, ['a', '-q', '--name', 'x', '-n', 'y', '--seed=3', '--', '--seed'], io);
    expect(one.positionals).toEqual(['a', '--seed']);
    expect([one.flag('quiet'), one.text('seed'), one.list('name')]).toEqual([true, '3', ['x', 'y']]);
    const none = invoke(command, [], io);
    expect([none.flag('quiet'), none.text('seed'), none.list('name')]).toEqual([false, undefined, []]);
  });

  it.each([
    ['-1', -1],
    ['0', 0],
    ['4294967295', 4294967295],
  ])('take %s as a value', (text, value) => {
    expect(wholeNumber(invoke(command, ['--seed', text], io), 'seed', -1, 2 ** 32)).toBe(value);
  });

  it.each(['-2', '1.5', '1e3', ' 1', '', 'x', '0x10', '99999999999'])(
    'refuse %j as a whole number',
    (text) => {
      expect(() => wholeNumber(invoke(command, [`--seed=${text}`], io), 'seed', -1, 2 ** 32)).toThrow(
        UsageError,
      );
    },
  );

  it.each([[['--sed', '1']], [['-x']], [['--seed']], [['--quiet=1']]])('refuse %j', (args) => {
    expect(() => invoke(command, args, io)).toThrow(UsageError);
  });
});

describe('colour', () => {
  const terminal = { write: () => true, isTTY: true };
  const file = { write: () => true };
  it.each([
    [terminal, {}, true],
    [file, {}, false],
    [terminal, { NO_COLOR: '1' }, false],
    [terminal, { NO_COLOR: '' }, true],
    [terminal, { TERM: 'dumb' }, false],
    [file, { FORCE_COLOR: '1' }, true],
    [file, { FORCE_COLOR: '0' }, false],
    [file, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('%o with %o: %s', (output, env, expected) => {
    expect(wantsColour(output, env)).toBe(expected);
  });
});

describe('commands', () => {
  it.each(COMMANDS.map((entry) => [entry.name, entry] as const))(
    '%s says what its options do',
    async (_, entry) => {
      const { options } = await entry.load();
      for (const [name, { type, value, help, short }] of Object.entries(options)) {
        expect(help, name).not.toBe('');
        expect(value === undefined, name).toBe(type === 'boolean');
        expect(short ?? 'x').toHaveLength(1);
      }
      const shorts = Object.values(options).flatMap(({ short }) => short ?? []);
      expect(new Set(shorts).size).toBe(shorts.length);
    },
  );
});
