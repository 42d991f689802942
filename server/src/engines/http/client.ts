import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Result } from '../../shared/problem';
import { failure, success } from '../../shared/problem';
import type { Answer } from './answer';
import { refused, unreachable } from './problems';

/** Bytes of an answer at most: a batch of large pictures in base64 stays far below. */
const MAX_ANSWER_BYTES = 512 * 1024 * 1024;
/** Milliseconds a list or another short request may take. */
const SHORT_MS = 30_000;

export interface Call {
  readonly method?: 'GET' | 'POST';
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is, with its content type. */
  readonly raw?: { readonly contentType: string; readonly body: Uint8Array };
  /** Aborting closes the connection; what the server does with the request is its own affair. */
  readonly signal?: AbortSignal;
  /** Milliseconds without a byte after which the call fails; 0: none, for requests that end with the picture. */
  readonly timeoutMs?: number;
}

/** HTTP to one server, its address and secret. Never throws. */
export interface HttpClient {
  /** The address without secrets, for messages. */
  readonly url: string;
  /** Headers that carry the secret, for a WebSocket to the same server. */
  readonly headers: Readonly<Record<string, string>>;
  /** Any answer of the server, whatever its status. */
  send(path: string, call?: Call): Promise<Result<Answer> & { readonly wasSent?: boolean }>;
  /** The body of a 2xx answer as JSON; other statuses and other bodies are problems. */
  json(path: string, call?: Call): Promise<Result<unknown>>;
}

/**
 * Built on `node:http` rather than on `fetch`: the web UI answers when the picture is done, and fetch gives up on headers
 * after five minutes. Redirects are not followed, because they would lead to a host that was not named.
 *
 * @param secret `user:password` for HTTP Basic, anything else as a bearer token. It is sent with the first request: the web
 *   UI's 401 has no challenge to answer.
 */
export function createHttpClient(url: string, secret?: string): HttpClient {
  const base = url.replace(/\/+$/, '');
  const headers: Record<string, string> =
    secret === undefined
      ? {}
      : {
          authorization: secret.includes(':')
            ? `Basic ${Buffer.from(secret, 'utf8').toString('base64')}`
            : `Bearer ${secret}`,
        };

  const send: HttpClient['send'] = (path, call = {}) =>
    new Promise((resolve) => {
      let target: URL;
      try {
        target = new URL(`${base}${path}`);
      } catch {
        resolve(
          failure('engine-bad-url', `${base} is no address.`, 'Write http://127.0.0.1:7860 for example.'),
        );
        return;
      }
      const body =
        call.raw?.body ?? (call.json === undefined ? undefined : Buffer.from(JSON.stringify(call.json)));
      const start = target.protocol === 'https:' ? requestHttps : requestHttp;
      let wasSent = false;
      const fail = (error: Error & { code?: string }) =>
        resolve({ ...unreachable(base, error, call.signal?.aborted === true), wasSent });
      let outgoing: ReturnType<typeof requestHttp>;
      try {
        outgoing = start(
          target,
          {
            method: call.method ?? (body === undefined ? 'GET' : 'POST'),
            headers: {
              ...headers,
              accept: '*/*',
              ...(body !== undefined && {
                'content-type': call.raw?.contentType ?? 'application/json',
                'content-length': String(body.byteLength),
              }),
            },
            // A kept connection that the server closes meanwhile looks like a lost request.
            agent: false,
            ...(call.signal && { signal: call.signal }),
          },
          (incoming) => {
            collect(incoming).then(
              (bytes) =>
                resolve(
                  success({
                    status: incoming.statusCode ?? 0,
                    contentType: incoming.headers['content-type'] ?? '',
                    body: bytes,
                  }),
                ),
              fail,
            );
          },
        );
      } catch (error) {
        // A header that HTTP cannot carry, such as a secret with a line break.
        resolve(
          failure(
            'engine-unreachable',
            `${base} could not be asked: ${String(error)}`,
            'Correct the address and the secret of the engine.',
          ),
        );
        return;
      }
      const { timeoutMs = SHORT_MS } = call;
      if (timeoutMs > 0)
        outgoing.setTimeout(timeoutMs, () =>
          outgoing.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })),
        );
      outgoing.on('finish', () => {
        wasSent = true;
      });
      outgoing.on('error', fail);
      outgoing.end(body);
    });

  return {
    url: base,
    headers,
    send,
    async json(path, call) {
      const answer = await send(path, call);
      if (!answer.ok) return answer;
      const { status, body } = answer.value;
      if (status < 200 || status >= 300) return refused(base, path, answer.value);
      const read = readJson(body);
      return read === undefined
        ? failure(
            'engine-bad-answer',
            `${base} answered ${path} with something that is no JSON.`,
            'Check that the address is that of the engine itself and not of another program.',
          )
        : success(read.value);
    },
  };
}

/** The value of a body in JSON; undefined where it is none. */
export function readJson(body: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(Buffer.from(body).toString('utf8')) };
  } catch {
    return undefined;
  }
}

async function collect(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of incoming) {
    total += chunk.length;
    if (total > MAX_ANSWER_BYTES) {
      incoming.destroy();
      throw Object.assign(new Error('the answer is larger than 512 MB'), { code: 'ETOOLARGE' });
    }
    chunks.push(chunk);
  }
  // A connection that ends before the announced length is an answer cut off.
  if (!incoming.complete) throw Object.assign(new Error('the answer was cut off'), { code: 'ECONNRESET' });
  return Buffer.concat(chunks);
}
