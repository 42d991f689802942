import {
  type Connection,
  type FoldingRange,
  FoldingRangeKind,
  type DocumentSymbol as LspDocumentSymbol,
  type SelectionRange,
  type SemanticTokens,
  SemanticTokensBuilder,
  type SemanticTokensLegend,
  SymbolKind,
  type TextEdit,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { type Fold, folds } from '../language/features/folding';
import { formatDocument } from '../language/features/format';
import { selectionRanges } from '../language/features/selection';
import {
  SEMANTIC_TOKEN_MODIFIERS,
  SEMANTIC_TOKEN_TYPES,
  type SemanticToken,
  semanticTokens,
} from '../language/features/semanticTokens';
import { type DocumentSymbol, documentSymbols } from '../language/features/symbols';
import { toLspEdit, toLspRange } from './convert';
import type { Guard } from './guard';

export const SEMANTIC_LEGEND: SemanticTokensLegend = {
  tokenTypes: [...SEMANTIC_TOKEN_TYPES],
  tokenModifiers: [...SEMANTIC_TOKEN_MODIFIERS],
};

/** Outline, folding, selection, colours and layout: what follows from the text alone. */
export function registerStructure(connection: Connection, guard: Guard): void {
  connection.onDocumentSymbol(
    guard('symbols', [] as LspDocumentSymbol[], (session, params) => {
      const snapshot = session.documents.get(params.textDocument.uri);
      if (!snapshot) return [];
      return documentSymbols(snapshot.document).map((symbol) => toLspSymbol(snapshot.text, symbol));
    }),
  );

  connection.onFoldingRanges(
    guard('folding', [] as FoldingRange[], (session, params) => {
      const snapshot = session.documents.get(params.textDocument.uri);
      if (!snapshot) return [];
      return folds(snapshot.document).map((fold) => toLspFold(snapshot.text, fold));
    }),
  );

  connection.onDocumentFormatting(
    guard('formatting', [] as TextEdit[], (session, params) => {
      const snapshot = session.documents.get(params.textDocument.uri);
      if (!snapshot) return [];
      return formatDocument(snapshot.document).map((edit) => toLspEdit(snapshot.text, edit));
    }),
  );

  connection.onSelectionRanges(
    guard('selection', [] as SelectionRange[], (session, params) => {
      const snapshot = session.documents.get(params.textDocument.uri);
      if (!snapshot) return [];
      return params.positions.map((position) => {
        const ranges = selectionRanges(snapshot.document, snapshot.text.offsetAt(position));
        // The protocol wants the smallest, holding the next larger one as its parent.
        const chain = ranges.reduceRight<SelectionRange | undefined>(
          (parent, range) => ({ range: toLspRange(snapshot.text, range), ...(parent && { parent }) }),
          undefined,
        );
        return chain ?? { range: { start: position, end: position } };
      });
    }),
  );

  connection.languages.semanticTokens.on(
    guard('semantic tokens', { data: [] } as SemanticTokens, (session, params) => {
      const snapshot = session.documents.get(params.textDocument.uri);
      if (!snapshot) return { data: [] };
      return encodeTokens(snapshot.text, semanticTokens(snapshot.document));
    }),
  );
}

const SYMBOL_KIND: Readonly<Record<DocumentSymbol['kind'], SymbolKind>> = {
  block: SymbolKind.Module,
  network: SymbolKind.Package,
  negative: SymbolKind.Namespace,
  parameters: SymbolKind.Struct,
  parameter: SymbolKind.Property,
};

function toLspSymbol(text: TextDocument, symbol: DocumentSymbol): LspDocumentSymbol {
  return {
    // An empty name makes editors reject the whole outline.
    name: symbol.name || symbol.kind,
    detail: symbol.detail,
    kind: SYMBOL_KIND[symbol.kind],
    range: toLspRange(text, symbol.range),
    selectionRange: toLspRange(text, symbol.selectionRange),
    children: symbol.children.map((child) => toLspSymbol(text, child)),
  };
}

function toLspFold(text: TextDocument, fold: Fold): FoldingRange {
  const kind =
    fold.kind === 'comment'
      ? FoldingRangeKind.Comment
      : fold.kind === 'region'
        ? FoldingRangeKind.Region
        : undefined;
  return {
    startLine: text.positionAt(fold.range.start).line,
    endLine: text.positionAt(fold.range.end).line,
    ...(kind && { kind }),
  };
}

function encodeTokens(text: TextDocument, tokens: readonly SemanticToken[]): SemanticTokens {
  const builder = new SemanticTokensBuilder();
  for (const { range, type, modifiers } of tokens) {
    const { line, character } = text.positionAt(range.start);
    const bits = modifiers.reduce(
      (sum, modifier) => sum | (1 << SEMANTIC_TOKEN_MODIFIERS.indexOf(modifier)),
      0,
    );
    builder.push(line, character, range.end - range.start, SEMANTIC_TOKEN_TYPES.indexOf(type), bits);
  }
  return builder.build();
}
