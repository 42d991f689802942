import * as vscode from 'vscode';
import {
  LibraryChanged,
  Measured,
  MeasuredBefore,
  type MeasuredBeforeResult,
  PlanProgress,
  type PlanProgressParams,
} from '../../server/src/shared/lspMessages';
import { registerCommands } from './commands/index';
import { handleMessages } from './commands/pageMessages';
import { createEngine } from './engine';
import { createComparer } from './generation/compare';
import { createController } from './generation/controller';
import { planResolver } from './generation/resolvePlan';
import { createLanguageClient } from './languageClient';
import { offerFolders } from './library/offerFolders';
import { createLog } from './log';
import { followDocument } from './preview/follow';
import { createPreviewPanel } from './preview/panel';
import type { Services } from './services';
import { outputFolder } from './settings';
import { createGeneratingStatus } from './status/generating';
import { createLibraryStatus } from './status/library';
import { registerTasks } from './tasks';

let stop: (() => Promise<void>) | undefined;

/** Wires the parts together; each part is a file of its own. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = createLog();
  const client = createLanguageClient(context, log);
  const engine = createEngine(context, log);
  const ownFolder = vscode.Uri.joinPath(context.globalStorageUri, 'previews').fsPath;
  const chosenFolder = () => {
    const folder = outputFolder();
    return folder === undefined ? [] : [folder];
  };
  const panel = createPreviewPanel(context, () => [ownFolder, ...chosenFolder()], log);
  const generating = createGeneratingStatus();
  // A client keeps one listener for each notification; this one has several.
  const libraryChanged = new vscode.EventEmitter<void>();
  const resolvePlan = planResolver(client);
  const comparer = createComparer({ panel, resolvePlan, onLibraryChanged: libraryChanged.event });
  const generation = createController({
    context,
    log,
    resolvePlan,
    engine,
    panel,
    ownFolder,
    busy: (label) => generating.update(label),
    compare: comparer.compare,
    measured: {
      known: async (params) =>
        client.isRunning() ? client.sendRequest<MeasuredBeforeResult>(MeasuredBefore, params) : null,
      note: (params) => {
        if (client.isRunning()) void client.sendNotification(Measured, params);
      },
    },
  });

  const services: Services = {
    context,
    log,
    client,
    engine,
    panel,
    generate(request) {
      panel.requested = { uri: request.uri, line: request.position.line };
      panel.show();
      return generation.run(request);
    },
    cancel: () => generation.cancel(),
  };

  context.subscriptions.push(
    log,
    panel,
    generating,
    registerCommands(services),
    handleMessages(services),
    followDocument(panel, comparer.compare),
    comparer,
    libraryChanged,
    client.onNotification(LibraryChanged, () => libraryChanged.fire()),
    client.onNotification(PlanProgress, ({ label }: PlanProgressParams) => {
      if (!generation.running) return;
      generating.update(label);
      panel.dispatch({ type: 'progress', progress: { label } });
    }),
    createLibraryStatus(client, libraryChanged.event, log),
    offerFolders(client, context.globalState, log),
    registerTasks(context),
  );
  stop = async () => {
    generation.cancel();
    await engine.restart();
    if (client.needsStop()) await client.stop();
  };
  // Not awaited: the preview's serializer and the commands are there while the server starts.
  client.start().catch((error: unknown) => log.error(`The language server did not start: ${String(error)}`));
}

/** Ends the engine and the language server before the window is gone. */
export async function deactivate(): Promise<void> {
  await stop?.();
}
