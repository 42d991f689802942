import { type CodeAction, CodeActionKind, type Connection } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { type CodeAction as Action, codeActions, fixAllAction } from '../language/features/codeActions';
import { fromLspRange, toLspDiagnostic, toLspEdit } from './convert';
import type { Snapshot } from './documents';
import type { Guard } from './guard';
import { findingsOf, type Session } from './session';

/** Kind of "fix everything", for `editor.codeActionsOnSave`. */
export const FIX_ALL_KIND = `${CodeActionKind.SourceFixAll}.sdprompt`;

/** Quick fixes for the findings of a range, and one action for everything that can be fixed safely. */
export function registerCodeActions(connection: Connection, guard: Guard): void {
  connection.onCodeAction(
    guard('code actions', [] as CodeAction[], async (session, params) => {
      const snapshot = session.documents.get(params.textDocument.uri);
      if (!snapshot) return [];
      const { only } = params.context;
      const wants = (kind: string): boolean =>
        only === undefined ? kind === CodeActionKind.QuickFix : only.some((prefix) => covers(prefix, kind));
      const actions: CodeAction[] = [];
      if (wants(CodeActionKind.QuickFix)) {
        const range = fromLspRange(snapshot.text, params.range);
        const findings = await findingsOf(session, snapshot);
        const found = codeActions(snapshot.document, range, findings);
        actions.push(...found.map((action) => toLspAction(snapshot.text, action, CodeActionKind.QuickFix)));
      }
      if (wants(FIX_ALL_KIND)) {
        const action = await fixEverything(session, snapshot);
        if (action) actions.push(toLspAction(snapshot.text, action, FIX_ALL_KIND));
      }
      return actions;
    }),
  );
}

async function fixEverything(session: Session, snapshot: Snapshot): Promise<Action | undefined> {
  const lintText = await session.project.linterFor(snapshot.path);
  return fixAllAction(snapshot.document, lintText);
}

/** `quickfix` asks for `quickfix.sdprompt` too, not the other way round. */
function covers(prefix: string, kind: string): boolean {
  return prefix === '' || kind === prefix || kind.startsWith(`${prefix}.`);
}

function toLspAction(text: TextDocument, action: Action, kind: string): CodeAction {
  return {
    title: action.title,
    kind,
    ...(action.finding && { diagnostics: [toLspDiagnostic(text, action.finding)] }),
    ...(action.preferred && { isPreferred: true }),
    edit: { changes: { [text.uri]: action.edits.map((edit) => toLspEdit(text, edit)) } },
  };
}
