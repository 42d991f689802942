import * as path from 'node:path';

/** Kinds of pictures that a block can start from. */
export const PICTURE_EXTENSIONS = ['png', 'jpg', 'jpeg', 'webp'] as const;

/** True for the name of a picture that a block can start from. */
export function isPictureName(name: string): boolean {
  return PICTURE_EXTENSIONS.some((extension) => name.toLowerCase().endsWith(`.${extension}`));
}

/** What a dropped file may be called beside others: its own name without any folder, numbered where that is taken. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  const base = (name.split(/[\\/]/).at(-1) ?? '').replace(/[<>:"|?*\p{Cc}]/gu, '_').replace(/^\.+/, '');
  const extension = path.extname(base);
  const stem = base.slice(0, base.length - extension.length);
  let free = base;
  for (let number = 2; taken.has(free.toLowerCase()); number++) free = `${stem}-${number}${extension}`;
  return free;
}

/** What is added at the end of a document to give it one more block. */
export function appendedBlock(document: string, block: string): string {
  const end = document.trimEnd();
  const left = document.slice(end.length);
  if (end === '') return `${block}\n`;
  const gap = /[\r\n]/.test(left) ? '' : '\n';
  return `${gap}${/(?:^|\n)\s*-{3,}\s*$/.test(end) ? '' : '---\n'}${block}\n`;
}
