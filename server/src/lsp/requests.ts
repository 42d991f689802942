import { randomInt } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import * as path from 'node:path';
import type { CancellationToken, Connection } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { adjustWeight } from '../language/features/adjustWeight';
import { blockAt, blockTitle } from '../language/features/blocks';
import { buildPlan } from '../language/plan/buildPlan';
import { applyEdits } from '../language/text/edits';
import { suggestFolders } from '../library/locations';
import {
  AdjustWeight,
  type AdjustWeightParams,
  type AdjustWeightResult,
  LibraryList,
  type LibraryListResult,
  LibraryStatus,
  type LibraryStatusResult,
  MeasuredBefore,
  type MeasuredBeforeParams,
  type MeasuredBeforeResult,
  PlanProgress,
  type PlanProgressParams,
  ReadPicture,
  type ReadPictureParams,
  type ReadPictureResult,
  ResolvePlan,
  type ResolvePlanParams,
  type ResolvePlanResult,
  SuggestFolders,
  type SuggestFoldersResult,
} from '../shared/lspMessages';
import { failure } from '../shared/problem';
import { readPicturePrompt } from '../workspace/picturePrompt';
import { environmentToRun } from '../workspace/usedModels';
import { fromLspRange, toLspEdit, toLspRange } from './convert';
import type { Guard } from './guard';
import { MAX_READ_PICTURE_BYTES } from './limits';
import type { Session } from './session';

/** Seeds the web UI draws lie in 0 … 2^32-1. */
const SEEDS = 2 ** 32;

const BUG: ResolvePlanResult = failure(
  'internal-error',
  'The prompt could not be turned into a plan because of an error in the language server.',
  'The output channel of sdprompt has the details; please report them.',
);

/** Requests beyond the protocol: see shared/lspMessages. */
export function registerRequests(connection: Connection, guard: Guard): void {
  connection.onRequest(ResolvePlan, guard('resolve plan', BUG, resolvePlan));

  connection.onRequest(
    LibraryStatus,
    guard<unknown, LibraryStatusResult>(
      'library status',
      { folders: [], loras: 0, broken: 0, scanning: false },
      async (session) => {
        const status = await session.project.statusFor(viewpoint(session));
        const { folders, scanning, baseModel } = status;
        return {
          folders,
          loras: status.loras.filter((lora) => lora.network.status === 'ok').length,
          broken: status.loras.filter(
            (lora) => lora.network.status === 'broken' || lora.network.status === 'unread',
          ).length,
          scanning,
          ...(baseModel !== undefined && { baseModel }),
        };
      },
    ),
  );

  connection.onRequest(
    SuggestFolders,
    guard<unknown, SuggestFoldersResult>('suggest folders', { folders: [] }, foldersToAskAbout),
  );

  connection.onRequest(AdjustWeight, guard('adjust weight', null, changeWeight));

  connection.onRequest(
    ReadPicture,
    guard<ReadPictureParams, ReadPictureResult>('read picture', {}, readPicture),
  );

  connection.onRequest(
    MeasuredBefore,
    guard<MeasuredBeforeParams, MeasuredBeforeResult>(
      'measured before',
      null,
      async ({ trusted, project }, { model, loras }) =>
        (trusted ? await project.measuredBefore(model, loras) : undefined) ?? null,
    ),
  );

  connection.onRequest(
    LibraryList,
    guard<unknown, LibraryListResult>('library list', { loras: [] }, async (session) => ({
      loras: (await session.project.statusFor(viewpoint(session))).loras,
    })),
  );
}

async function foldersToAskAbout(session: Session): Promise<SuggestFoldersResult> {
  if (!session.trusted) return { folders: [] };
  const { ownFolders } = await session.project.statusFor(viewpoint(session));
  return { folders: ownFolders.length > 0 ? [] : await suggestFolders([...session.folders]) };
}

async function resolvePlan(
  session: Session,
  params: ResolvePlanParams,
  token: CancellationToken,
): Promise<ResolvePlanResult> {
  if (!session.trusted) {
    return failure(
      'workspace-not-trusted',
      'Images are generated only in trusted workspaces, because a configuration can name files to load.',
      'Trust this workspace, then generate again.',
    );
  }
  const snapshot = session.documents.get(params.uri);
  if (!snapshot) {
    return failure('document-not-open', 'The document is not open in the editor.', 'Open it and try again.');
  }
  const { document, text } = snapshot;
  const block = blockAt(document, text.offsetAt(params.position));
  if (!block)
    return failure('no-block', 'There is no prompt here.', 'Write one, or place the cursor in one.');

  const abort = new AbortController();
  token.onCancellationRequested(() => abort.abort());
  const environment = params.forComparison
    ? await session.project.environmentFor(snapshot.path)
    : await environmentToRun(
        session.project,
        snapshot.path,
        { text: document.text, blocks: [block] },
        {
          ...(params.model !== undefined && { requested: params.model }),
          signal: abort.signal,
          reading(name, percent) {
            const label = `Reading ${name} for its hash, once: ${percent} %`;
            void session.connection.sendNotification(PlanProgress, { label } satisfies PlanProgressParams);
          },
        },
      );
  const built = buildPlan(document, block.index, environment, {
    ...(params.seed !== undefined && { seed: params.seed }),
    ...(params.model !== undefined && { model: params.model }),
    missingLoras: environment.missingLoras ?? 'skip',
    drawnSeed: randomInt(SEEDS),
    resolveFile: (name) => path.resolve(path.dirname(snapshot.path), name),
  });
  if (!built.ok) return built;
  return {
    ok: true,
    plan: built.value.plan,
    warnings: built.value.warnings,
    block: {
      index: block.index,
      startLine: text.positionAt(block.range.start).line,
      endLine: text.positionAt(block.range.end).line,
      title: blockTitle(document, block),
    },
  };
}

async function readPicture(_: Session, { path: file }: ReadPictureParams): Promise<ReadPictureResult> {
  const stats = await stat(file).catch(() => undefined);
  if (!stats?.isFile() || stats.size > MAX_READ_PICTURE_BYTES) return {};
  const prompt = readPicturePrompt(await readFile(file), path.basename(file));
  return prompt.ok ? { block: prompt.value.text } : {};
}

function changeWeight(session: Session, params: AdjustWeightParams): AdjustWeightResult {
  const snapshot = session.documents.get(params.uri);
  if (!snapshot) return null;
  const { text, document } = snapshot;
  const change = adjustWeight(document, fromLspRange(text, params.selection), params.direction);
  if (!change) return null;
  // The selection counts in the text as it will be.
  const after = TextDocument.create(
    text.uri,
    text.languageId,
    text.version,
    applyEdits(text.getText(), change.edits),
  );
  return {
    edits: change.edits.map((edit) => toLspEdit(text, edit)),
    selection: toLspRange(after, change.selection),
  };
}

/** The library differs by configuration; the status speaks of the one that counts for an open document. */
function viewpoint(session: Session): string | undefined {
  const open = session.documents.all()[0]?.path;
  const [folder] = session.folders;
  return open ?? (folder === undefined ? undefined : `${folder}/untitled.sdprompt`);
}
