import WebSocket from 'ws';
import type { EncodedPicture } from '../engine';
import type { HttpClient } from '../http/client';
import { asObject, asText, type JsonObject } from '../json';

/** What a ComfyUI tells of one job. */
export interface ComfyMessage {
  readonly type: string;
  readonly data: JsonObject;
}

export interface ComfySocket {
  close(): void;
  /** Resolves when the connection has ended. */
  readonly ended: Promise<void>;
}

/** Binary events. */
const PREVIEW_WITH_METADATA = 4;

/**
 * Opens a socket for one job and hands on what belongs to it. A job that was sent without client id is told to every
 * socket, so messages are kept apart by `prompt_id`, and previews are taken only with their metadata. The client id is used
 * once: a second socket with the same one would get nothing.
 */
export function openSocket(
  http: HttpClient,
  clientId: string,
  isMine: (promptId: string) => boolean,
  hooks: {
    readonly onMessage: (message: ComfyMessage) => void;
    readonly onPreview: (picture: EncodedPicture) => void;
  },
): Promise<ComfySocket | undefined> {
  return new Promise((resolve) => {
    let socket: WebSocket;
    try {
      socket = new WebSocket(
        `${http.url.replace(/^http/, 'ws')}/ws?clientId=${encodeURIComponent(clientId)}`,
        {
          headers: http.headers,
          handshakeTimeout: 10_000,
          followRedirects: false,
          maxPayload: 64 * 1024 * 1024,
        },
      );
    } catch {
      resolve(undefined);
      return;
    }
    const ended = new Promise<void>((done) => socket.on('close', () => done()));
    socket.on('error', () => {
      socket.terminate();
      resolve(undefined);
    });
    socket.on('open', () => {
      socket.send(JSON.stringify({ type: 'feature_flags', data: { supports_preview_metadata: true } }));
      resolve({ ended, close: () => socket.terminate() });
    });
    socket.on('message', (bytes: Buffer, isBinary) => {
      if (isBinary) {
        const preview = previewOf(Buffer.from(bytes));
        if (preview && isMine(preview.promptId)) hooks.onPreview(preview.picture);
        return;
      }
      const message = readMessage(bytes.toString('utf8'));
      const promptId = asText(message?.data.prompt_id);
      if (message && promptId !== undefined && isMine(promptId)) hooks.onMessage(message);
    });
  });
}

function readMessage(text: string): ComfyMessage | undefined {
  try {
    const message = asObject(JSON.parse(text));
    const type = asText(message?.type);
    return type === undefined ? undefined : { type, data: asObject(message?.data) ?? {} };
  } catch {
    return undefined;
  }
}

/** A frame of a step picture: event 4, length of the metadata, metadata as JSON, the picture's file. Big-endian. */
export function previewOf(
  frame: Buffer,
): { readonly promptId: string; readonly picture: EncodedPicture } | undefined {
  if (frame.length < 8 || frame.readUInt32BE(0) !== PREVIEW_WITH_METADATA) return undefined;
  const length = frame.readUInt32BE(4);
  if (8 + length >= frame.length) return undefined;
  try {
    const metadata = asObject(JSON.parse(frame.toString('utf8', 8, 8 + length)));
    const promptId = asText(metadata?.prompt_id);
    const type = asText(metadata?.image_type);
    if (promptId === undefined || !/^image\/(png|jpeg|webp)$/.test(type ?? '')) return undefined;
    return {
      promptId,
      picture: {
        type: type as EncodedPicture['type'],
        base64: frame.subarray(8 + length).toString('base64'),
      },
    };
  } catch {
    return undefined;
  }
}
