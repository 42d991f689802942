import { mkdir, readdir, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { ReadPicture, type ReadPictureResult } from '../../../server/src/shared/lspMessages';
import type { FromPreview } from '../../../server/src/shared/previewMessages';
import { appendedBlock, freeName, isPictureName } from '../preview/dropped';
import { startFrom } from '../preview/startFrom';
import type { Services } from '../services';
import { type Place, placeOf } from './place';

type Drop = Extract<FromPreview, { readonly type: 'drop' }>;

const START = 'Start from It';
const IMPORT = 'Import Its Prompt';

/**
 * A picture was dropped on the panel: the shown block starts from it. Where it holds the prompt it was made from, its
 * user may rather want that.
 */
export async function handleDrop(services: Services, drop: Drop): Promise<void> {
  const source = await sourceOf(services, drop);
  if (source === undefined || !isPictureName(source.name)) {
    void vscode.window.showInformationMessage('Drop a PNG, JPEG or WebP file of this machine.');
    return;
  }
  const place = await promptPlace(services);
  const block = await blockOf(services, source.file);
  if (block !== undefined) {
    const choices = place === undefined ? [IMPORT] : [START, IMPORT];
    const question = `${source.name} holds the prompt it was made from.`;
    const wanted = await vscode.window.showInformationMessage(question, ...choices);
    if (wanted === IMPORT) return importBlock(place, block);
    if (wanted !== START) return;
  }
  if (place === undefined) {
    void vscode.window.showInformationMessage(
      'Open a saved prompt first: the picture is named relative to it.',
    );
    return;
  }
  const document = vscode.Uri.parse(place.uri);
  const file = source.isCopy ? await keepBeside(document.fsPath, source) : source.file;
  await startFrom(document, place.position.line, file);
}

interface Source {
  readonly name: string;
  readonly file: string;
  readonly bytes?: Uint8Array;
  /** The bytes came without a path and lie in the extension's own storage. */
  readonly isCopy: boolean;
}

async function sourceOf({ context }: Services, drop: Drop): Promise<Source | undefined> {
  if ('uri' in drop) {
    const uri = vscode.Uri.parse(drop.uri);
    if (uri.scheme !== 'file') return undefined;
    return { name: path.basename(uri.fsPath), file: uri.fsPath, isCopy: false };
  }
  const folder = vscode.Uri.joinPath(context.globalStorageUri, 'dropped').fsPath;
  await mkdir(folder, { recursive: true });
  // The last one only: a copy beside the prompt is made where one is wanted.
  const file = path.join(folder, `picture${path.extname(drop.name)}`);
  await writeFile(file, drop.bytes);
  return { name: drop.name, file, bytes: drop.bytes, isCopy: true };
}

async function keepBeside(document: string, { name, bytes }: Source): Promise<string> {
  const folder = path.dirname(document);
  const taken = new Set((await readdir(folder)).map((one) => one.toLowerCase()));
  const file = path.join(folder, freeName(name, taken));
  await writeFile(file, bytes ?? new Uint8Array(), { flag: 'wx' });
  return file;
}

/** The block whose picture is shown or was last asked for, else the one the cursor is in. */
async function promptPlace({ panel }: Services): Promise<Place | undefined> {
  const shown = panel.requested;
  const place = shown
    ? { uri: shown.uri, position: { line: shown.line, character: 0 } }
    : await placeOf(undefined, undefined);
  return place !== undefined && vscode.Uri.parse(place.uri).scheme === 'file' ? place : undefined;
}

async function blockOf({ client }: Services, file: string): Promise<string | undefined> {
  if (!client.isRunning()) return undefined;
  return (await client.sendRequest<ReadPictureResult>(ReadPicture, { path: file })).block;
}

/** Adds the block to the end of the prompt's document; without one it gets a document of its own. */
async function importBlock(place: Place | undefined, block: string): Promise<void> {
  if (place === undefined) {
    const content = `${block}\n`;
    await vscode.window.showTextDocument(
      await vscode.workspace.openTextDocument({ language: 'sdprompt', content }),
    );
    return;
  }
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(place.uri));
  const text = document.getText();
  const end = document.positionAt(text.length);
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, end, appendedBlock(text, block));
  if (!(await vscode.workspace.applyEdit(edit))) return;
  const last = document.positionAt(document.getText().length - block.length);
  await vscode.window.showTextDocument(document, {
    viewColumn: vscode.ViewColumn.One,
    selection: new vscode.Range(last, last),
  });
}
