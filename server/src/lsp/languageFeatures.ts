import {
  type CodeLens,
  type Connection,
  type DocumentLink,
  type Hover,
  type InlayHint,
  InlayHintKind,
  MarkupKind,
} from 'vscode-languageserver';
import { generateLenses } from '../language/features/codeLenses';
import { hover } from '../language/features/hover';
import { inlayHints } from '../language/features/inlayHints';
import { fileLinks } from '../language/features/links';
import { GENERATE_COMMAND } from '../shared/lspMessages';
import { fromLspRange, toLspRange } from './convert';
import { uriOf } from './documents';
import type { Guard } from './guard';
import { pictureMarkdown } from './pictures';
import { environmentOf } from './session';
import { trainingTags } from './trainingTags';

/** Hover, links, hints and lenses: what the editor shows around a text without changing it. */
export function registerLanguageFeatures(connection: Connection, guard: Guard): void {
  connection.onHover(
    guard('hover', null as Hover | null, async (session, params) => {
      const snapshot = session.documents.get(params.textDocument.uri);
      if (!snapshot) return null;
      const environment = await environmentOf(session, snapshot);
      const found = hover(snapshot.document, snapshot.text.offsetAt(params.position), environment);
      if (!found) return null;
      const [tags, picture] = await Promise.all([trainingTags(found.lora), pictureMarkdown(found.picture)]);
      return {
        range: toLspRange(snapshot.text, found.range),
        contents: {
          kind: MarkupKind.Markdown,
          value: [found.markdown, tags, picture].filter(Boolean).join('\n\n'),
        },
      };
    }),
  );

  connection.onCodeLens(
    guard('code lenses', [] as CodeLens[], (session, params) => {
      const snapshot = session.documents.get(params.textDocument.uri);
      if (!snapshot) return [];
      return generateLenses(snapshot.document).map((lens): CodeLens => {
        const position = snapshot.text.positionAt(lens.offset);
        return {
          range: { start: position, end: position },
          command: {
            title: session.client.isVsCode ? '$(play) Generate preview' : 'Generate preview',
            tooltip: lens.title,
            command: GENERATE_COMMAND,
            arguments: [snapshot.uri, position],
          },
        };
      });
    }),
  );

  connection.onDocumentLinks(
    guard('links', [] as DocumentLink[], async (session, params) => {
      const snapshot = session.documents.get(params.textDocument.uri);
      if (!snapshot) return [];
      const environment = await environmentOf(session, snapshot);
      return fileLinks(snapshot.document, environment).map((link) => ({
        range: toLspRange(snapshot.text, link.range),
        target: uriOf(link.path),
        tooltip: link.tooltip,
      }));
    }),
  );

  connection.languages.inlayHint.on(
    guard('inlay hints', [] as InlayHint[], async (session, params) => {
      const snapshot = session.documents.get(params.textDocument.uri);
      if (!snapshot) return [];
      const environment = await environmentOf(session, snapshot);
      const range = fromLspRange(snapshot.text, params.range);
      return inlayHints(snapshot.document, range, environment).map((hint) => ({
        position: snapshot.text.positionAt(hint.offset),
        label: hint.label,
        tooltip: hint.tooltip,
        kind: InlayHintKind.Type,
        paddingLeft: true,
      }));
    }),
  );
}
