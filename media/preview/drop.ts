import type { FromPreview } from '../../server/src/shared/previewMessages';

/** Where the explorer of VS Code and file managers put the addresses of what is dragged. */
const LISTS = ['application/vnd.code.uri-list', 'text/uri-list'];

/**
 * Takes pictures dropped anywhere on the page. VS Code hands a drag over to a page while Shift is held; a file from
 * another program comes with its bytes, since a page may know no path.
 */
export function acceptDrops(root: HTMLElement, send: (message: FromPreview) => void): void {
  let depth = 0;
  const mark = (change: number) => {
    depth = Math.max(0, depth + change);
    root.classList.toggle('dragged-over', depth > 0);
  };
  document.addEventListener('dragenter', () => mark(1));
  document.addEventListener('dragleave', () => mark(-1));
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    mark(-depth);
    if (event.dataTransfer) void take(event.dataTransfer, send);
  });
}

async function take(data: DataTransfer, send: (message: FromPreview) => void): Promise<void> {
  for (const type of LISTS) {
    const uri = data
      .getData(type)
      .split(/\r\n|\r|\n/)
      .find((line) => /^[\w-]{2,}:/.test(line));
    if (uri !== undefined) {
      send({ type: 'drop', uri });
      return;
    }
  }
  const [file] = data.files;
  if (file) send({ type: 'drop', name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
}
