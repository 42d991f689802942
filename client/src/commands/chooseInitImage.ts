import * as path from 'node:path';
import * as vscode from 'vscode';
import { PICTURE_EXTENSIONS } from '../preview/dropped';
import { startFrom } from '../preview/startFrom';
import type { Services } from '../services';
import { placeOf } from './place';

/** Asks for a picture and writes it into the block at a place, as what the next one starts from. */
export const chooseInitImage =
  (_services: Services) =>
  async (uri?: unknown, position?: unknown): Promise<boolean> => {
    const place = await placeOf(uri, position);
    const target = place && vscode.Uri.parse(place.uri);
    if (place === undefined || target?.scheme !== 'file') {
      void vscode.window.showInformationMessage(
        'Put the cursor into a prompt of a saved file first: the picture is named relative to it.',
      );
      return false;
    }
    const folder = path.dirname(target.fsPath);
    const [picture] =
      (await vscode.window.showOpenDialog({
        title: 'Start from a picture',
        openLabel: 'Start from it',
        defaultUri: vscode.Uri.file(folder),
        filters: { Pictures: [...PICTURE_EXTENSIONS] },
      })) ?? [];
    if (picture === undefined) return false;
    return startFrom(target, place.position.line, picture.fsPath);
  };
