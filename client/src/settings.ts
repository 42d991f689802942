import * as vscode from 'vscode';
import { PICTURE_FORMATS, type PictureFormat } from '../../server/src/engines/pictureName';
import type { EngineOptions } from '../../server/src/shared/engineProtocol';

const MINUTE_MS = 60_000;

function section(scope?: vscode.ConfigurationScope): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration('sdprompt', scope);
}

/** `sdprompt.engine.*`, in the engine's own units. */
export function engineOptions(): EngineOptions {
  const settings = section();
  const decoder = settings.get<string>('engine.fastDecoderPath')?.trim();
  const use = settings.get<string>('engine.fastDecoder') === 'all' ? 'all' : 'steps';
  return {
    threads: settings.get('engine.threads', 0),
    mergeStrategy: settings.get<EngineOptions['mergeStrategy']>('engine.mergeStrategy', 'auto'),
    previewEvery: settings.get('engine.previewEvery', 1),
    idleUnloadMs: settings.get('engine.idleUnloadMinutes', 10) * MINUTE_MS,
    quality: settings.get('preview.quality', 80),
    ...(decoder && { fastDecoder: { path: decoder, use } }),
    provider: settings.get<EngineOptions['provider']>('engine.provider') ?? 'cpu',
  };
}

/** Node executable for the engine process; undefined: the editor's own runtime. */
export function nodePath(): string | undefined {
  return section().get<string>('engine.nodePath')?.trim() || undefined;
}

/** Folder chosen for pictures; undefined: the extension's own storage, where old ones are cleared away. */
export function outputFolder(): string | undefined {
  return section().get<string>('preview.outputFolder')?.trim() || undefined;
}

/** Where the next picture goes. Names follow the user's pattern only in a folder of the user's. */
export function pictureTarget(): {
  readonly folder?: string | undefined;
  readonly pattern?: string | undefined;
  readonly format: PictureFormat;
} {
  const folder = outputFolder();
  const format = section().get<string>('preview.format');
  return {
    folder,
    pattern: folder && (section().get<string>('preview.fileName')?.trim() || undefined),
    format: PICTURE_FORMATS.find((known) => known === format) ?? 'png',
  };
}

/** Adds a folder to a list setting of the user, once. */
export async function addFolder(key: 'loraPaths' | 'embeddingPaths', folder: string): Promise<void> {
  const known = section().get<string[]>(key, []);
  if (known.includes(folder)) return;
  await section().update(key, [...known, folder], vscode.ConfigurationTarget.Global);
}

/** Names a model folder in the user's settings. A name in use for another folder is not taken over. */
export async function addModel(name: string, folder: string): Promise<string> {
  const models = section().get<Record<string, { path?: string }>>('models', {});
  let free = name;
  for (let n = 2; models[free] !== undefined && models[free]?.path !== folder; n += 1) free = `${name}-${n}`;
  await section().update(
    'models',
    { ...models, [free]: { path: folder } },
    vscode.ConfigurationTarget.Global,
  );
  return free;
}

/** Makes a model the one that counts for blocks without `Model:`. */
export async function setBaseModel(name: string): Promise<void> {
  await section().update('baseModel', name, vscode.ConfigurationTarget.Global);
}
