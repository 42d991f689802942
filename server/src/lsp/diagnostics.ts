import {
  type Connection,
  type DocumentDiagnosticParams,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
} from 'vscode-languageserver';
import { toConfigDiagnostic, toLspDiagnostic } from './convert';
import { type Snapshot, uriOf } from './documents';
import type { Guard } from './guard';
import { PUSH_DELAY_MS } from './limits';
import { findingsOf, type Session } from './session';

/** Keeps the findings that the client shows up to date, by answering its questions or by telling it unasked. */
export interface Diagnostics {
  /** A document was opened or changed. */
  changed(session: Session, snapshot: Snapshot): void;
  closed(session: Session, uri: string): void;
  /** Findings may differ in every document. */
  refresh(session: Session): void;
  dispose(): void;
}

const EMPTY: DocumentDiagnosticReport = { kind: DocumentDiagnosticReportKind.Full, items: [] };

export function registerDiagnostics(connection: Connection, guard: Guard): Diagnostics {
  const timers = new Map<string, NodeJS.Timeout>();
  const configFiles = new Set<string>();

  connection.languages.diagnostics.on(
    guard('diagnostics', EMPTY, async (session, params: DocumentDiagnosticParams) => {
      const snapshot = session.documents.get(params.textDocument.uri);
      if (!snapshot) return EMPTY;
      const resultId = `${session.id}.${snapshot.revision}.${session.generation}`;
      if (params.previousResultId === resultId)
        return { kind: DocumentDiagnosticReportKind.Unchanged, resultId };
      const findings = await findingsOf(session, snapshot);
      publishConfigProblems(session);
      if (!session.documents.isCurrent(snapshot)) {
        // The text moved on while the library was being read: have the client ask again.
        throw new ResponseError(LSPErrorCodes.ServerCancelled, 'The document has changed.', {
          retriggerRequest: true,
        });
      }
      return {
        kind: DocumentDiagnosticReportKind.Full,
        resultId,
        items: findings.map((finding) => toLspDiagnostic(snapshot.text, finding)),
      };
    }),
  );

  async function push(session: Session, snapshot: Snapshot): Promise<void> {
    timers.delete(snapshot.uri);
    const findings = await findingsOf(session, snapshot);
    publishConfigProblems(session);
    if (!session.documents.isCurrent(snapshot)) return;
    await session.connection.sendDiagnostics({
      uri: snapshot.uri,
      version: snapshot.version,
      diagnostics: findings.map((finding) => toLspDiagnostic(snapshot.text, finding)),
    });
  }

  function schedule(session: Session, snapshot: Snapshot): void {
    clearTimeout(timers.get(snapshot.uri));
    const timer = setTimeout(() => {
      push(session, snapshot).catch((error) => session.log(`Diagnostics failed: ${String(error)}`));
    }, PUSH_DELAY_MS);
    timers.set(snapshot.uri, timer);
  }

  /** Problems of configuration files are shown in those files, whether or not the client asks for diagnostics. */
  function publishConfigProblems(session: Session): void {
    const problems = session.project.configProblems();
    for (const file of configFiles) {
      if (problems.get(file)?.length) continue;
      configFiles.delete(file);
      void session.connection.sendDiagnostics({ uri: uriOf(file), diagnostics: [] });
    }
    for (const [file, list] of problems) {
      if (list.length === 0) continue;
      configFiles.add(file);
      void session.connection.sendDiagnostics({
        uri: uriOf(file),
        diagnostics: list.map(toConfigDiagnostic),
      });
    }
  }

  return {
    changed(session, snapshot) {
      if (!session.client.pullsDiagnostics) schedule(session, snapshot);
    },
    closed(session, uri) {
      clearTimeout(timers.get(uri));
      timers.delete(uri);
      if (!session.client.pullsDiagnostics) void session.connection.sendDiagnostics({ uri, diagnostics: [] });
    },
    refresh(session) {
      if (!session.client.pullsDiagnostics) {
        for (const snapshot of session.documents.all()) schedule(session, snapshot);
      } else if (session.client.refreshesDiagnostics) {
        // A client on its way out does not answer; nothing is lost by that.
        session.connection.languages.diagnostics.refresh().catch(() => undefined);
      }
    },
    dispose() {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}
