import { describe, expect, it } from 'vitest';
import { chooseEngine } from '../../../server/src/engines/definitions/choose';
import { enginesFile } from '../../../server/src/engines/definitions/place';
import { isLoopback, readEnginesFile, secretVariable } from '../../../server/src/engines/definitions/read';

const read = (text: string) => readEnginesFile(text);
const one = (entry: unknown, name = 'box') => read(JSON.stringify({ engines: { [name]: entry } }));

describe('engines.json', () => {
  it('is read with comments, and trailing commas', () => {
    const { engines, problems } = read(`{
      // the machine under the desk
      "engines": {
        "desk": { "type": "a1111", "url": "http://127.0.0.1:7860/" },
        "comfy": { "type": "comfyui", "url": "https://comfy.example/base" },
      },
    }`);
    expect(problems).toEqual([]);
    expect([...engines.values()]).toEqual([
      { name: 'local', type: 'local' },
      { name: 'desk', type: 'a1111', url: 'http://127.0.0.1:7860' },
      {
        name: 'comfy',
        type: 'comfyui',
        url: 'https://comfy.example/base',
      },
    ]);
  });

  it.each([
    [{ type: 'a1111' }, 'engines-invalid'],
    [{ type: 'invoke', url: 'http://x' }, 'engines-invalid'],
    [{ url: 'http://x' }, 'engines-invalid'],
    [{ type: 'a1111', url: 'ftp://x' }, 'engines-invalid'],
    [{ type: 'a1111', url: 'file:///etc/passwd' }, 'engines-invalid'],
    [{ type: 'a1111', url: 7860 }, 'engines-invalid'],
    [{ type: 'a1111', url: 'http://x/?a=b' }, 'engines-invalid'],
    [{ type: 'a1111', url: 'http://x', colour: 'red' }, 'engines-invalid'],
    [{ type: 'a1111', url: 'http://x', workflow: 'w.json' }, 'engines-invalid'],
    [{ type: 'a1111', url: 'http://u:geheim@x' }, 'engine-secret-in-file'],
    [{ type: 'a1111', url: 'http://x', password: 'geheim' }, 'engine-secret-in-file'],
    [{ type: 'a1111', url: 'http://x', apiKey: 'geheim' }, 'engine-secret-in-file'],
    ['http://x', 'engines-invalid'],
    [null, 'engines-invalid'],
  ])('leaves out %j and says why, without its secret', (entry, code) => {
    const { engines, problems } = one(entry);
    expect([...engines.keys()]).toEqual(['local']);
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    expect(problems[0]!.message).toContain('box');
    expect(JSON.stringify(problems)).not.toContain('geheim');
  });

  it.each([
    '',
    '   ',
    '{',
    '[]',
    '"x"',
    '{"engines": []}',
    '{"engine": {}}',
    '\u0000',
    '{"engines": {"__proto__": 1}}',
  ])('never fails on %j', (text) => {
    expect([...read(text).engines.keys()]).toEqual(['local']);
  });

  it('is looked for where the machine keeps configurations', () => {
    const home = { home: '/home/u', cwd: '/w' };
    expect(enginesFile({ SDPROMPT_ENGINES: 'e.json' }, { ...home, platform: 'linux' })).toBe('/w/e.json');
    expect(enginesFile({ XDG_CONFIG_HOME: '/c' }, { ...home, platform: 'linux' })).toBe(
      '/c/sdprompt/engines.json',
    );
    expect(enginesFile({}, { ...home, platform: 'linux' })).toBe('/home/u/.config/sdprompt/engines.json');
    expect(enginesFile({}, { ...home, platform: 'darwin' })).toBe(
      '/home/u/Library/Application Support/sdprompt/engines.json',
    );
    expect(enginesFile({ APPDATA: '/a' }, { ...home, platform: 'win32' })).toBe('/a/sdprompt/engines.json');
  });
});

describe('choosing an engine', () => {
  const { engines } = read(
    '{"engines": {"a": {"type": "a1111", "url": "http://x"}, "b": {"type": "comfyui", "url": "http://y"}}}',
  );
  const choose = (choices: Parameters<typeof chooseEngine>[1]) => {
    const chosen = chooseEngine(engines, choices, 'engines.json');
    return chosen.ok ? chosen.value.name : chosen.problem.code;
  };

  it('takes the option, the block, the editor, the configuration, in that order', () => {
    expect(choose({ option: 'a', block: 'b', editor: 'b', configuration: 'b' })).toBe('a');
    expect(choose({ block: 'b', editor: 'a', configuration: 'a' })).toBe('b');
    expect(choose({ editor: 'b', configuration: 'a' })).toBe('b');
    expect(choose({ configuration: 'A' })).toBe('a');
    expect(choose({})).toBe('local');
    expect(choose({ block: 'zzz', configuration: 'a' })).toBe('unknown-engine');
  });

  it('names the variable of a secret', () => {
    expect(secretVariable('my box-2')).toBe('SDPROMPT_ENGINE_MY_BOX_2_AUTH');
  });

  it.each([
    ['http://127.0.0.1:7860', true],
    ['http://127.5.0.1', true],
    ['http://localhost:1', true],
    ['http://[::1]:8188', true],
    ['http://LOCALHOST', true],
    ['http://127.0.0.1.example.com', false],
    ['http://localhost.example.com', false],
    ['http://192.168.0.2:7860', false],
    ['http://0.0.0.0:7860', false],
  ])('knows whether %s is this machine', (url, wanted) => {
    expect(isLoopback(url)).toBe(wanted);
  });
});
