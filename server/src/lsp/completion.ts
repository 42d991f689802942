import { type CompletionItem, type CompletionList, type Connection, MarkupKind } from 'vscode-languageserver';
import { modelOf } from '../language/domain/models';
import { blockAt } from '../language/features/blocks';
import { complete } from '../language/features/completion';
import { loraMarkdown } from '../language/features/loraText';
import { verdictFor } from '../language/features/verdict';
import { toLspCompletion } from './convert';
import type { Guard } from './guard';
import { pictureMarkdown } from './pictures';
import { environmentOf } from './session';

/** What an item of a LoRA carries from the list to the question for its documentation. */
interface LoraData {
  readonly uri: string;
  readonly name: string;
  readonly relativePath: string;
  readonly offset: number;
}

export function registerCompletion(connection: Connection, guard: Guard): void {
  const nothing: CompletionList = { isIncomplete: false, items: [] };

  connection.onCompletion(
    guard('completion', nothing, async (session, params) => {
      const snapshot = session.documents.get(params.textDocument.uri);
      if (!snapshot) return nothing;
      const environment = await environmentOf(session, snapshot);
      const offset = snapshot.text.offsetAt(params.position);
      const list = complete(snapshot.document, offset, environment, params.context?.triggerCharacter);
      const items = list.items.map((item) =>
        toLspCompletion(
          snapshot.text,
          session.client.isVsCode ? item : { ...item, retrigger: false },
          session.client.completion,
        ),
      );
      return { isIncomplete: list.incomplete, items };
    }),
  );

  connection.onCompletionResolve((item, token) =>
    guard<CompletionItem, CompletionItem>('completion resolve', item, async (session) => {
      const data = item.data as LoraData | undefined;
      const snapshot = data && session.documents.get(data.uri);
      if (!snapshot) return item;
      const environment = await environmentOf(session, snapshot);
      const lora = environment.loras.all.find(
        ({ file: { name, relativePath } }) => name === data.name && relativePath === data.relativePath,
      );
      if (!lora) return item;
      const block = blockAt(snapshot.document, data.offset);
      const verdict = verdictFor(lora, block && modelOf(block, environment), environment);
      const picture = await pictureMarkdown(lora.file.previewPath);
      const value = [picture, loraMarkdown(lora, verdict)].filter(Boolean).join('\n\n');
      return { ...item, documentation: { kind: MarkupKind.Markdown, value } };
    })(item, token),
  );
}
