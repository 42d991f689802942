import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import {
  type FromPreview,
  isFromPreview,
  type PreviewState,
  type ToPreview,
} from '../../../server/src/shared/previewMessages';
import { isInside } from './files';
import { previewHtml } from './html';
import { fromMemory, toMemory } from './memory';
import { EMPTY, type PreviewEvent, reduce } from './state';
import type { PreviewTarget } from './target';

export const VIEW_TYPE = 'sdprompt.preview';

/** Key of the workspace's memory of the preview. */
const MEMORY_KEY = 'sdprompt.preview';

/** Progress is posted at most this often: a step of a small model takes 15 ms, an eye more. */
const POST_INTERVAL_MS = 40;

export interface PreviewPanel extends vscode.Disposable {
  /** Opens the panel beside the editor, or brings it to the front, without taking the keyboard. */
  show(): void;
  dispatch(event: PreviewEvent): void;
  readonly state: PreviewState;
  /** What the shown image was made from. */
  target: PreviewTarget | undefined;
  /** What the newest run was asked for, finished or not. */
  requested: PreviewTarget | undefined;
  readonly onMessage: vscode.Event<FromPreview>;
}

/**
 * The one preview panel of the window. The state lives here and outlives the page, which VS Code throws away when the
 * panel is hidden. What must outlive the window is kept twice: in the workspace's storage, which is written at once, and
 * as the page's own memory, which VS Code saves only now and then.
 */
export function createPreviewPanel(
  context: vscode.ExtensionContext,
  pictureFolders: () => readonly string[],
  log: vscode.LogOutputChannel,
): PreviewPanel {
  const messages = new vscode.EventEmitter<FromPreview>();
  let panel: vscode.WebviewPanel | undefined;
  let state: PreviewState = EMPTY;
  let target: PreviewTarget | undefined;
  let requested: PreviewTarget | undefined;
  let timer: NodeJS.Timeout | undefined;
  let hasPicture = false;

  function options(): vscode.WebviewOptions {
    return {
      enableScripts: true,
      localResourceRoots: pictureFolders().map((folder) => vscode.Uri.file(folder)),
    };
  }

  function adopt(adopted: vscode.WebviewPanel): void {
    panel = adopted;
    const { webview } = adopted;
    const part = (name: string) => readFileSync(context.asAbsolutePath(`dist/${name}`), 'utf8');
    adopted.iconPath = vscode.Uri.joinPath(context.extensionUri, 'media', 'icons', 'icon.svg');
    webview.options = options();
    webview.onDidReceiveMessage((message: unknown) => {
      if (!isFromPreview(message))
        log.warn('The preview page sent a message of no known kind; it was ignored.');
      else if (message.type === 'ready') post();
      else messages.fire(message);
    });
    adopted.onDidDispose(() => {
      if (panel === adopted) panel = undefined;
    });
    webview.html = previewHtml({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('hex'),
      script: part('preview.js'),
      style: part('preview.css'),
    });
  }

  /** The state as the page sees it: pictures by webview URI. */
  function forPage(webview: vscode.Webview): PreviewState {
    if (state.image === undefined) return state;
    const src = webview.asWebviewUri(vscode.Uri.file(state.image.src)).toString();
    return { ...state, image: { ...state.image, src } };
  }

  function post(): void {
    clearTimeout(timer);
    timer = undefined;
    if (hasPicture !== (state.image !== undefined)) {
      hasPicture = state.image !== undefined;
      void vscode.commands.executeCommand('setContext', 'sdprompt.hasPicture', hasPicture);
    }
    if (panel === undefined) return;
    const message: ToPreview = {
      type: 'state',
      state: forPage(panel.webview),
      memory: toMemory(state, target),
    };
    void panel.webview.postMessage(message);
  }

  const serializer = vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, {
    async deserializeWebviewPanel(restored: vscode.WebviewPanel, value: unknown): Promise<void> {
      // A picture may already have been asked for while the window came up: that one counts.
      if (panel !== undefined) return restored.dispose();
      if (state.phase === 'empty') {
        const kept = context.workspaceState.get<unknown>(MEMORY_KEY) ?? value;
        const memory = fromMemory(kept, (file) => isInside(pictureFolders(), file) && existsSync(file));
        state = memory.state;
        target = memory.target;
      }
      adopt(restored);
    },
  });

  return {
    show() {
      if (panel === undefined) {
        adopt(
          vscode.window.createWebviewPanel(
            VIEW_TYPE,
            'SD Prompt Preview',
            { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
            options(),
          ),
        );
      } else {
        // The picture folder may have been changed in the settings since the panel was opened.
        panel.webview.options = options();
        if (!panel.visible) panel.reveal(undefined, true);
      }
    },
    dispatch(event) {
      const before = state;
      state = reduce(state, event);
      if (state === before) return;
      if (event.type === 'progress') timer ??= setTimeout(post, POST_INTERVAL_MS);
      else {
        post();
        void context.workspaceState.update(MEMORY_KEY, toMemory(state, target));
      }
    },
    get state() {
      return state;
    },
    get target() {
      return target;
    },
    set target(value) {
      target = value;
    },
    get requested() {
      return requested ?? target;
    },
    set requested(value) {
      requested = value;
    },
    onMessage: messages.event,
    dispose() {
      clearTimeout(timer);
      serializer.dispose();
      messages.dispose();
      panel?.dispose();
    },
  };
}
