import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { deflateSync } from 'node:zlib';
import { encodePng } from '../../../../server/src/formats/png';

/** What a fake server got. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly headers: IncomingMessage['headers'];
}

export interface FakeServer {
  readonly url: string;
  readonly received: Received[];
  /** Requests of a path. */
  to(path: string): Received[];
  /** Ends every connection without an answer, as a killed process does. */
  drop(): void;
  close(): Promise<void>;
  readonly http: Server;
}

/** Starts an HTTP server on a free port of this machine. */
export async function startFake(
  handle: (received: Received, response: ServerResponse, raw: Buffer) => void | Promise<void>,
): Promise<FakeServer> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      let body: Record<string, unknown> = {};
      try {
        body = JSON.parse(raw.toString('utf8') || '{}');
      } catch {
        // Not JSON: the handler looks at the bytes.
      }
      const one = { method: request.method ?? '', path: request.url ?? '', body, headers: request.headers };
      received.push(one);
      Promise.resolve(handle(one, response, raw)).catch((error: unknown) => {
        response.writeHead(599).end(String(error));
      });
    });
  });
  http.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    to: (path) => received.filter((one) => one.path.replace(/\?.*/, '') === path),
    drop,
    http,
    close: () => {
      drop();
      return new Promise((resolve) => http.close(() => resolve()));
    },
  };
}

/** Answers with JSON. */
export function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** A grey PNG with a text in it. */
export function pngWith(width: number, height: number, parameters?: string): Buffer {
  const rgb = new Uint8Array(width * height * 3).fill(127);
  const png = encodePng(
    { width, height, rgb, ...(parameters !== undefined && { text: { parameters } }) },
    (raw) => deflateSync(raw),
  );
  return Buffer.from(png);
}
