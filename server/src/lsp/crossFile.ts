import {
  type CancellationToken,
  type Connection,
  type Location,
  LSPErrorCodes,
  ResponseError,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Environment } from '../language/environment';
import { type NamedSymbol, referencesIn, symbolAt } from '../language/features/references';
import { checkNewName, renameIn } from '../language/features/rename';
import type { Document } from '../language/syntax/nodes';
import { parse } from '../language/syntax/parse';
import { nodeFiles } from '../workspace/nodeFiles';
import { toLspEdit, toLspRange } from './convert';
import { type Snapshot, uriOf } from './documents';
import type { Guard } from './guard';
import { environmentOf, type Session } from './session';

/** References and rename, across every prompt file of the workspace. */
export function registerCrossFile(connection: Connection, guard: Guard): void {
  connection.onReferences(
    guard('references', [] as Location[], async (session, params, token) => {
      const found = await symbolUnder(session, params.textDocument.uri, params.position);
      if (!found) return [];
      const locations: Location[] = [];
      for await (const { text, document, environment } of everyDocument(session, token)) {
        for (const range of referencesIn(document, found.symbol, environment)) {
          locations.push({ uri: text.uri, range: toLspRange(text, range) });
        }
      }
      return locations;
    }),
  );

  connection.onPrepareRename(
    guard('prepare rename', null, async (session, params) => {
      const found = await symbolUnder(session, params.textDocument.uri, params.position);
      if (!found) return null;
      return { range: toLspRange(found.snapshot.text, found.symbol.range), placeholder: found.symbol.name };
    }),
  );

  connection.onRenameRequest(
    guard('rename', null as WorkspaceEdit | null, async (session, params, token) => {
      const found = await symbolUnder(session, params.textDocument.uri, params.position);
      if (!found) return null;
      const name = checkNewName(found.symbol, params.newName);
      if (!name.ok) {
        throw new ResponseError(
          LSPErrorCodes.RequestFailed,
          `${name.problem.message} ${name.problem.remedy}`,
        );
      }
      const changes: Record<string, TextEdit[]> = {};
      for await (const { text, document, environment } of everyDocument(session, token)) {
        const edits = renameIn(document, found.symbol, name.value, environment);
        if (edits.length > 0) changes[text.uri] = edits.map((edit) => toLspEdit(text, edit));
      }
      return { changes };
    }),
  );
}

interface FoundSymbol {
  readonly symbol: NamedSymbol;
  readonly snapshot: Snapshot;
}

async function symbolUnder(
  session: Session,
  uri: string,
  position: { line: number; character: number },
): Promise<FoundSymbol | undefined> {
  const snapshot = session.documents.get(uri);
  if (!snapshot) return undefined;
  const environment = await environmentOf(session, snapshot);
  const symbol = symbolAt(snapshot.document, snapshot.text.offsetAt(position), environment);
  return symbol && { symbol, snapshot };
}

interface WorkspaceDocument {
  readonly text: TextDocument;
  readonly document: Document;
  /** Its own: files of one workspace may have different configurations. */
  readonly environment: Environment;
}

/**
 * Open documents as the client shows them, then the other prompt files of the workspace as they are on disk. Ends at a
 * cancel, before the next file is read.
 */
async function* everyDocument(session: Session, token: CancellationToken): AsyncGenerator<WorkspaceDocument> {
  const seen = new Set<string>();
  for (const snapshot of session.documents.all()) {
    if (token.isCancellationRequested) return;
    seen.add(snapshot.path);
    yield { ...snapshot, environment: await environmentOf(session, snapshot) };
  }
  for (const folder of session.folders) {
    for (const file of await session.project.promptFiles(folder)) {
      if (token.isCancellationRequested) return;
      if (seen.has(file)) continue;
      seen.add(file);
      const content = await nodeFiles.readText(file);
      if (content === undefined) continue;
      const text = TextDocument.create(uriOf(file), 'sdprompt', 0, content);
      const environment = await session.project.environmentFor(file);
      yield { text, document: parse(content), environment };
    }
  }
}
