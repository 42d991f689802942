import * as path from 'node:path';
import * as vscode from 'vscode';
import { DATED_PATTERN, pictureName } from '../../../server/src/engines/pictureName';
import type { ResolvePlanParams } from '../../../server/src/shared/lspMessages';
import type { Engine } from '../engine';
import { prune } from '../preview/files';
import { originOf, type PictureOrigin } from '../preview/origin';
import type { PreviewPanel } from '../preview/panel';
import { imageOf } from '../preview/state';
import { blockTextAt, type PreviewTarget } from '../preview/target';
import { pictureTarget } from '../settings';
import { refusal } from '../trust';
import { createMeasuring, type MeasuringDependencies } from './measuring';
import { actionsFor } from './problemActions';
import { describeProgress } from './progress';
import type { PlanResolver } from './resolvePlan';
import { createGeneration, type Generation, type GenerationListener } from './run';
import { toDataUri } from './stepPicture';

/** What to generate: a place in a document, and the seed if not the block's own. */
export type GenerateRequest = ResolvePlanParams;

/** Connects a generation's turns with the panel, the log and the status bar. */
export function createController(services: {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly resolvePlan: PlanResolver;
  readonly engine: Engine;
  readonly panel: PreviewPanel;
  readonly ownFolder: string;
  /** Words for the status bar while a run lasts; undefined when it is over. */
  readonly busy: (label: string | undefined) => void;
  /** Compares the shown picture with what there is now. */
  readonly compare: () => void;
  /** What the language server knows of LoRAs that were measured, and how it is told more. */
  readonly measured: Pick<MeasuringDependencies, 'known' | 'note'>;
}): Generation {
  const { log, engine, panel, ownFolder, busy, compare } = services;
  let target: PreviewTarget | undefined;
  let origin: PictureOrigin | undefined;
  let requestedModel: string | undefined;

  const measuring = createMeasuring({
    ...services.measured,
    measure: (plan, request) => engine.host().measure(plan, request),
    show: (picture, changes) => panel.dispatch({ type: 'measured', picture, changes }),
  });
  const listener: GenerationListener = {
    started(request) {
      measuring.stop();
      const uri = vscode.Uri.parse(request.uri);
      target = { uri: request.uri, line: request.position.line };
      origin = undefined;
      requestedModel = request.model;
      busy('Reading the document');
      const document = openDocument(request.uri);
      const [title = ''] = document ? blockTextAt(document.getText(), target.line).split('\n') : [];
      panel.dispatch({ type: 'started', fileName: path.posix.basename(uri.path), title });
    },
    planned(plan, block, warnings) {
      const document = openDocument(target?.uri);
      if (target && document) {
        target = { ...target, line: block.startLine, text: blockTextAt(document.getText(), target.line) };
      }
      const planned = target;
      originOf(plan, requestedModel).then(
        (found) => {
          if (target === planned) origin = found;
        },
        (error: unknown) => log.warn(`The files of the picture could not be looked at: ${String(error)}`),
      );
      for (const warning of warnings) log.warn(warning);
      panel.dispatch({ type: 'planned', title: block.title, modelName: plan.model.name, warnings });
    },
    progress(event, plan) {
      const words = describeProgress(event, plan);
      const picture = event.picture && toDataUri(event.picture);
      busy(words.label);
      panel.dispatch({ type: 'progress', progress: picture === undefined ? words : { ...words, picture } });
    },
    finished(outcome) {
      busy(undefined);
      if (outcome.type === 'done') {
        log.info(`Generated ${outcome.result.path} in ${Math.round(outcome.result.timings.total ?? 0)} ms`);
        panel.target = target && { ...target, ...(origin && { origin }) };
        const { notes = [] } = outcome.result;
        panel.dispatch({ type: 'done', image: imageOf(outcome.result), notes });
      } else if (outcome.type === 'cancelled') {
        panel.dispatch({ type: 'cancelled' });
      } else {
        log.error(`${outcome.problem.code}: ${outcome.problem.message} ${outcome.problem.remedy}`);
        panel.dispatch({ type: 'failed', problem: outcome.problem, actions: actionsFor(outcome.problem) });
      }
      compare();
      measuring.after(outcome).then(
        (problem) => {
          if (problem) log.warn(`The LoRAs could not be measured: ${problem.message} ${problem.remedy}`);
        },
        (error: unknown) => log.warn(`The LoRAs could not be measured: ${String(error)}`),
      );
    },
  };

  return createGeneration(
    {
      refusal,
      resolvePlan: services.resolvePlan,
      outputPath: async (plan) => {
        const { folder, pattern, format } = pictureTarget();
        const name = pictureName(pattern ?? DATED_PATTERN, { plan, now: new Date() }, format);
        if (folder === undefined) await prune(ownFolder);
        return path.join(folder ?? ownFolder, name);
      },
      generate: (plan, options) => engine.host().generate(plan, options),
    },
    listener,
  );
}

function openDocument(uri: string | undefined): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri);
}
