import type * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import type { Engine } from './engine';
import type { GenerateRequest } from './generation/controller';
import type { GenerationOutcome } from './generation/run';
import type { PreviewPanel } from './preview/panel';

/** What commands and status items work with; made once in extension.ts. */
export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly client: LanguageClient;
  readonly engine: Engine;
  readonly panel: PreviewPanel;
  /** Generates and shows; resolves when the run has ended, in whatever way. */
  generate(request: GenerateRequest): Promise<GenerationOutcome>;
  cancel(): void;
}
