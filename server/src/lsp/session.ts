import type { Connection } from 'vscode-languageserver';
import type { Environment } from '../language/environment';
import type { Finding } from '../language/rules/rule';
import type { Project } from '../workspace/project';
import type { ClientFacts } from './client';
import type { OpenDocuments, Snapshot } from './documents';

/** Everything a handler may need, from `initialize` on. */
export interface Session {
  readonly connection: Connection;
  readonly client: ClientFacts;
  readonly documents: OpenDocuments;
  readonly project: Project;
  /** Workspace folders, absolute paths. */
  readonly folders: Set<string>;
  /** Unlike that of any server before: a client may remember answers of one that has crashed. */
  readonly id: string;
  /** Grows whenever findings may differ although no text changed. */
  generation: number;
  trusted: boolean;
  log(message: string): void;
}

const findings = new WeakMap<Snapshot, { generation: number; list: Promise<Finding[]> }>();

/** The findings of a snapshot, computed once for diagnostics and code actions alike. */
export function findingsOf(session: Session, snapshot: Snapshot): Promise<Finding[]> {
  const known = findings.get(snapshot);
  if (known?.generation === session.generation) return known.list;
  const list = session.project.lintDocument(snapshot.path, snapshot.document);
  findings.set(snapshot, { generation: session.generation, list });
  // A failure is not remembered: the next question tries again.
  list.catch(() => findings.delete(snapshot));
  return list;
}

export function environmentOf(session: Session, snapshot: Snapshot): Promise<Environment> {
  return session.project.environmentFor(snapshot.path);
}
