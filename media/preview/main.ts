import type { FromPreview, PreviewState, ToPreview } from '../../server/src/shared/previewMessages';
import { createView } from './view';

/** What VS Code gives a webview; callable once, and kept inside this closure. */
declare function acquireVsCodeApi(): {
  postMessage(message: FromPreview): void;
  getState(): unknown;
  setState(state: unknown): void;
};

const vscode = acquireVsCodeApi();
const root = document.getElementById('preview');
if (root) {
  const view = createView(root, (message) => vscode.postMessage(message));
  const nothing: PreviewState = { phase: 'empty' };
  let first = true;
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (!isToPreview(data)) return;
    first = false;
    if (data.memory !== undefined) vscode.setState(data.memory);
    view.update(data.state);
  });
  // Until the extension answers there is nothing to show; the answer to `ready` comes within a frame or two, so an
  // empty state shown at once would only flicker.
  setTimeout(() => first && view.update(nothing), 1000);
  vscode.postMessage({ type: 'ready' });
}

function isToPreview(value: unknown): value is ToPreview {
  if (typeof value !== 'object' || value === null) return false;
  const { type, state } = value as { type?: unknown; state?: unknown };
  return type === 'state' && typeof state === 'object' && state !== null && 'phase' in state;
}
