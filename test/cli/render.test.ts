import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readPictureText } from '../../server/src/formats/pictureText';
import { CLI, layOut, runCli, temporaryTree } from './scenario';

const { root, tree } = temporaryTree();
afterAll(() => rmSync(root, { recursive: true, force: true }));

const PROMPT =
  'wearing a top hat <lora:hat:0.8>\nSteps: 2, Sampler: Euler, CFG scale: 5, Seed: 7, Size: 96x96\n';
layOut(
  '',
  {
    description: '',
    args: [],
    exitCode: 0,
    write: { 'a b.sdprompt': PROMPT, 'sdprompt.config.json': '{ "loraPaths": ["builtin"] }' },
  },
  tree,
);
const pictures = (folder: string) => readdirSync(path.join(tree, folder)).filter((name) => !name.startsWith('.')).sort();
const picture = (name: string) => readFileSync(path.join(tree, name));

describe('render', () => {
  it('writes a picture that import turns back into the block, and never overwrites one', async () => {
    const { code, stdout } = await runCli(tree, ['render', 'a b.sdprompt', '-o', 'out']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^out\/a b\.png {2}96x96, seed 7, [\d.]+ s\n {2}hat at 0\.8: 84 of 84 modules\n$/);
    const again = await runCli(tree, ['render', 'a b.sdprompt', '-o', 'out', '--json']);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject([{ seed: 7, width: 96, height: 96 }]);
    expect(pictures('out')).toEqual(['a b-2.png', 'a b.png']);
    expect(picture('out/a b-2.png').equals(picture('out/a b.png'))).toBe(true);

    const imported = await runCli(tree, ['import', 'out/a b.png']);
    expect(imported.code).toBe(0);
    expect(imported.stdout).toContain('wearing a top hat <lora:hat:0.8>\nSteps: 2, Sampler: Euler');
    const linted = await runCli(tree, ['lint', 'out/*.png']);
    expect(linted.stdout).toMatch(/in 2 files\.\n/);
    expect(linted.code).toBe(0);
  });

  it('sweeps a weight, and 0 is the picture without the LoRA', async () => {
    const sweep = await runCli(tree, ['render', 'a b.sdprompt', '-o', 'sweep', '--sweep', 'hat=0,1']);
    expect(sweep.code).toBe(0);
    expect(pictures('sweep')).toEqual(['a b-hat=0.png', 'a b-hat=1.png']);
    writeFileSync(path.join(tree, 'none.sdprompt'), PROMPT.replace(' <lora:hat:0.8>', ''));
    await runCli(tree, ['render', 'none.sdprompt', '-o', 'sweep']);
    const pixels = (name: string) => pixelsOf(picture(`sweep/${name}`));
    expect(pixels('a b-hat=0.png').equals(pixels('none.png'))).toBe(true);
    expect(pixels('a b-hat=1.png').equals(pixels('none.png'))).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('stops at Ctrl+C with 2, leaving no picture behind', async () => {
    const child = spawn(
      process.execPath,
      [CLI, 'render', 'a b.sdprompt', '-o', 'cancelled', '--steps', '150', '--size', '256x256'],
      { cwd: tree },
    );
    const { code, stderr } = await interruptAt(child, 'steps');
    expect({ code, said: stderr.includes('Cancelled.') }).toEqual({ code: 2, said: true });
    expect(pictures('cancelled')).toEqual([]);
  });
});

/** Sends an interrupt when the child's standard error says a word. */
function interruptAt(child: ChildProcess, word: string): Promise<{ code: number | null; stderr: string }> {
  let stderr = '';
  let isSent = false;
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
    if (!isSent && stderr.includes(word)) isSent = child.kill('SIGINT');
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr })));
}

/** The picture's data without its texts, which name the LoRA. */
function pixelsOf(png: Buffer): Buffer {
  expect(readPictureText(png, inflateSync).parameters).toContain('Seed: 7');
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  return inflateSync(Buffer.concat(data));
}
