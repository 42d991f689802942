import * as vscode from 'vscode';
import { outdatedBecause, planDigest, stampsOf, TEXT_CHANGED } from '../preview/origin';
import type { PreviewPanel } from '../preview/panel';
import { findBlock } from '../preview/target';
import type { PlanResolver } from './resolvePlan';

/** Long enough for a burst of changes, short enough that the mark is there when somebody looks. */
const LOOK_DELAY_MS = 300;

/** Says of the shown picture whether it would come out the same again. */
export interface Comparer extends vscode.Disposable {
  /** Compares the text at once; settings and files a moment later. */
  compare(): void;
}

export interface ComparerOptions {
  readonly panel: PreviewPanel;
  readonly resolvePlan: PlanResolver;
  /** Fires when what the language server knows has changed. */
  readonly onLibraryChanged: vscode.Event<void>;
}

/** Reasons without a plan that say nothing about the picture. */
const SILENT = new Set(['document-not-open', 'workspace-not-trusted', 'server-not-running']);

/**
 * Compares when the text, the settings or the library changed, and when the window gets the focus back: files change
 * while their user is in another program.
 */
export function createComparer({ panel, resolvePlan, onLibraryChanged }: ComparerOptions): Comparer {
  let timer: NodeJS.Timeout | undefined;
  let latest = 0;

  const tell = (reason: string | undefined) =>
    panel.dispatch({ type: 'compared', ...(reason !== undefined && { outdated: reason }) });

  function compare(): void {
    latest += 1;
    clearTimeout(timer);
    const { target } = panel;
    if (target?.text === undefined) return;
    const line = lineOf(target.uri, target.text);
    if (line === 'gone') {
      tell(TEXT_CHANGED);
      return;
    }
    if (target.origin === undefined) {
      if (line !== undefined) tell(undefined);
      return;
    }
    if (panel.state.outdated === TEXT_CHANGED && line !== undefined) tell(undefined);
    timer = setTimeout(() => void look().catch(() => undefined), LOOK_DELAY_MS);
  }

  async function look(): Promise<void> {
    const { target } = panel;
    const { origin, text } = target ?? {};
    if (target === undefined || origin === undefined || text === undefined) return;
    const ticket = latest;
    const line = lineOf(target.uri, text);
    const files = await stampsOf(Object.keys(origin.files));
    const plan = typeof line === 'number' ? await planNow(target.uri, line, origin) : undefined;
    if (ticket !== latest || panel.target?.origin !== origin || panel.state.phase === 'running') return;
    tell(outdatedBecause(origin, { hasText: line !== 'gone', files, plan }));
  }

  async function planNow(
    uri: string,
    line: number,
    { seed, model }: { readonly seed: number; readonly model?: string },
  ): Promise<string | undefined> {
    const resolved = await resolvePlan({
      uri,
      position: { line, character: 0 },
      seed,
      ...(model !== undefined && { model }),
      forComparison: true,
    });
    if (resolved.ok) return planDigest(resolved.plan);
    return SILENT.has(resolved.problem.code) ? undefined : 'none';
  }

  const listeners = [
    onLibraryChanged(compare),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('sdprompt')) compare();
    }),
    vscode.window.onDidChangeWindowState(({ focused }) => {
      if (focused) compare();
    }),
  ];
  return {
    compare,
    dispose() {
      clearTimeout(timer);
      for (const listener of listeners) listener.dispose();
    },
  };
}

/** First line of the block with this text; `gone` where an open document has none; undefined where it is not open. */
function lineOf(uri: string, text: string): number | 'gone' | undefined {
  const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri);
  if (document === undefined) return undefined;
  return findBlock(document.getText(), text) ?? 'gone';
}
