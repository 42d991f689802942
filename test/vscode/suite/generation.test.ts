import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { readPicture } from '../pictures';
import { generate, open, replace, resultOf, until } from './support';

describe('generating', () => {
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('makes a picture with its parameters inside, and shows it', async () => {
    const { document } = await open('house.sdprompt');
    const result = resultOf(await generate(document));
    const picture = readPicture(result.path);
    assert.deepEqual([picture.width, picture.height], [96, 96]);
    assert.match(picture.parameters ?? '', /a red house in a meadow/);
    assert.match(picture.parameters ?? '', /Seed: 42/);
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const preview = tabs.filter(
      ({ input }) => input instanceof vscode.TabInputWebview && input.viewType.includes('sdprompt.preview'),
    );
    assert.equal(preview.length, 1);
  });

  it('makes the same picture for the same prompt and seed, in a file of its own', async () => {
    const { document } = await open('house.sdprompt');
    const first = resultOf(await generate(document));
    const second = resultOf(await generate(document));
    assert.notEqual(first.path, second.path);
    assert.equal(readPicture(first.path).sha256, readPicture(second.path).sha256);
    assert.equal(first.latentsSha256, second.latentsSha256);
    assert.equal(second.sessionsCreated, 0);
  });

  it('changes the picture with the weight of a LoRA, without loading the model again', async () => {
    const editor = await open('house.sdprompt');
    const { document } = editor;
    const plain = resultOf(await generate(document));
    await replace(editor, 'lineart\n', 'lineart <lora:lineart:0.8>\n');
    const strong = resultOf(await generate(document));
    await replace(editor, ':0.8>', ':0.3>');
    const weak = resultOf(await generate(document));
    await replace(editor, ':0.3>', ':0>');
    const none = resultOf(await generate(document));
    await vscode.commands.executeCommand('workbench.action.files.revert');

    const [merged] = strong.merged;
    assert.equal(merged?.name, 'lineart');
    assert.ok(merged.applied > 0 && merged.applied === merged.total, JSON.stringify(merged));
    assert.equal(weak.sessionsCreated, 0);
    const hashes = [plain, strong, weak].map(({ path }) => readPicture(path).sha256);
    assert.equal(new Set(hashes).size, 3);
    assert.equal(none.latentsSha256, plain.latentsSha256);
  });

  it('generates the block the position is in', async () => {
    const { document } = await open('house.sdprompt');
    const result = resultOf(await generate(document, 4));
    assert.match(result.infotext, /an orange cat/);
    assert.equal(result.seed, 7);
  });

  it('draws a new seed on demand', async () => {
    const { document } = await open('house.sdprompt');
    const outcome = await vscode.commands.executeCommand<Awaited<ReturnType<typeof generate>>>(
      'sdprompt.generateWithNewSeed',
      document.uri,
    );
    assert.notEqual(resultOf(outcome).seed, 42);
  });

  it('says what to do when the model is not there', async () => {
    const { document } = await open('nomodel.sdprompt');
    const outcome = await generate(document);
    assert.equal(outcome.type, 'failed');
    assert.ok(outcome.type === 'failed');
    assert.match(outcome.problem.message, /not-here/);
    assert.ok(outcome.problem.remedy.length > 10);
  });

  it('can be cancelled, and goes on working', async () => {
    const { document } = await open('long.sdprompt');
    const run = generate(document);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await vscode.commands.executeCommand('sdprompt.cancelGeneration');
    assert.equal((await run).type, 'cancelled');
    const house = await open('house.sdprompt');
    resultOf(await generate(house.document));
  });

  it('lets the newest press win', async () => {
    const long = await open('long.sdprompt');
    const first = generate(long.document);
    const house = await open('house.sdprompt');
    const second = generate(house.document);
    assert.equal((await first).type, 'cancelled');
    assert.equal(resultOf(await second).seed, 42);
  });

  it('goes on after the engine was restarted', async () => {
    const { document } = await open('house.sdprompt');
    await vscode.commands.executeCommand('sdprompt.restartEngine');
    const result = resultOf(await generate(document));
    assert.ok(result.sessionsCreated > 0);
    assert.ok(existsSync(result.path));
  });

  it('goes on after the language server was restarted', async () => {
    const { document } = await open('house.sdprompt');
    await vscode.commands.executeCommand('sdprompt.restartServer');
    await until('a picture', async () => {
      const outcome = await generate(document);
      return outcome.type === 'done' ? outcome : undefined;
    });
  });
});
