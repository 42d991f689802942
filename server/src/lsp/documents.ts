import * as path from 'node:path';
import { TextDocumentSyncKind, TextDocuments } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import type { Document } from '../language/syntax/nodes';
import { parse } from '../language/syntax/parse';
import { reparse } from '../language/syntax/reparse';
import { editBetween } from '../language/text/edits';

/** One version of an open document, parsed at most once, and only where it differs from the version before. */
export interface Snapshot {
  readonly uri: string;
  readonly version: number;
  /** Unlike the version, never the same for two different texts. */
  readonly revision: number;
  /** Where the file lies, or where an unsaved document would, so that configuration can be found. */
  readonly path: string;
  readonly text: TextDocument;
  readonly document: Document;
}

/** The documents the client has open. */
export interface OpenDocuments {
  readonly sync: TextDocuments<TextDocument>;
  get(uri: string): Snapshot | undefined;
  all(): readonly Snapshot[];
  /** True while the snapshot is what the client shows. */
  isCurrent(snapshot: Snapshot): boolean;
}

export const SYNC_KIND = TextDocumentSyncKind.Incremental;

/** @param home folder that documents without a file are treated as lying in. */
export function createDocuments(home: () => string): OpenDocuments {
  const sync = new TextDocuments(TextDocument);
  const snapshots = new Map<string, Snapshot>();
  /** The last tree of each open document: the next one shares what was not edited. */
  const trees = new Map<string, Document>();
  let revision = 0;

  // The text document is changed in place by the next edit, so a snapshot keeps a copy of its own.
  const take = (live: TextDocument): Snapshot => {
    const text = TextDocument.create(live.uri, live.languageId, live.version, live.getText());
    let document: Document | undefined;
    return {
      uri: live.uri,
      version: live.version,
      revision: ++revision,
      path: pathOf(live.uri, home()),
      text,
      get document() {
        document ??= parseAfter(trees.get(live.uri), text.getText());
        if (snapshots.has(live.uri)) trees.set(live.uri, document);
        return document;
      },
    };
  };

  sync.onDidChangeContent(({ document }) => snapshots.set(document.uri, take(document)));
  sync.onDidClose(({ document }) => {
    snapshots.delete(document.uri);
    trees.delete(document.uri);
  });

  return {
    sync,
    get: (uri) => snapshots.get(uri),
    all: () => [...snapshots.values()],
    isCurrent: (snapshot) => snapshots.get(snapshot.uri) === snapshot,
  };
}

/** Parses a text that differs from an earlier one in a place or two. */
function parseAfter(earlier: Document | undefined, text: string): Document {
  return earlier === undefined ? parse(text) : reparse(earlier, [editBetween(earlier.text, text)]);
}

/** The file system path of a URI; a place in `home` for what lies in no file system. */
export function pathOf(uri: string, home: string): string {
  const parsed = URI.parse(uri);
  if (parsed.scheme === 'file') return parsed.fsPath;
  return path.join(home, path.basename(parsed.path) || 'untitled.sdprompt');
}

export function uriOf(file: string): string {
  return URI.file(file).toString();
}
