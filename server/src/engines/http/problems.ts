import { failure } from '../../shared/problem';
import type { Answer } from './answer';

type Failed = ReturnType<typeof failure>;

/** What went wrong below HTTP, by Node's code. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at that address',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  ETIMEDOUT: 'there was no answer in time',
  ECONNRESET: 'the connection was lost',
  EPIPE: 'the connection was lost',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETOOLARGE: 'the answer is larger than 512 MB',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  EPROTO: 'it does not speak HTTPS',
};

/** What to start, by what is expected at the address. */
const START =
  'Start the engine, and check the address: a web UI needs `--api` (and `--listen` to be reached from another machine), ComfyUI `--listen` for the latter.';

/** A call without an answer. */
export function unreachable(url: string, error: Error & { code?: string }, wasAborted: boolean): Failed {
  if (wasAborted) return failure('engine-cancelled', `The request to ${url} was cancelled.`, 'Try again.');
  const reason = REASONS[error.code ?? ''] ?? error.message;
  return failure('engine-unreachable', `The engine at ${url} cannot be reached: ${reason}.`, START);
}

/** An answer of another status than 2xx. */
export function refused(url: string, path: string, answer: Answer): Failed {
  const { status } = answer;
  const said = saidBy(answer);
  const words = said === '' ? '' : `: ${said}`;
  if (status === 401 || status === 403)
    return failure(
      'engine-not-allowed',
      `The engine at ${url} refused access (${status})${words}.`,
      'Give its user and password, or its token, in the environment variable SDPROMPT_ENGINE_<NAME>_AUTH.',
    );
  if (status === 404)
    return failure(
      'engine-not-found',
      `The engine at ${url} has no ${path.replace(/\?.*/, '')} (404).`,
      'Check the address and the type of the engine. A web UI has to be started with `--api`.',
    );
  if (status >= 300 && status < 400)
    return failure(
      'engine-redirects',
      `The engine at ${url} leads elsewhere (${status}), which is not followed.`,
      'Write the address it leads to into the engine’s definition.',
    );
  const isMemory = /out of memory|not enough memory|OutOfMemory|failed to allocate/i.test(said);
  if (isMemory)
    return failure(
      'engine-out-of-memory',
      `The engine at ${url} ran out of memory${words}.`,
      'Choose a smaller size or a smaller model, or free memory on that machine.',
    );
  if (status === 502 || status === 503 || status === 504)
    return failure('engine-unreachable', `The engine at ${url} is not available (${status})${words}.`, START);
  return failure(
    'engine-refused',
    `The engine at ${url} refused the request (${status})${words}.`,
    'Change what the message names. The log of the engine may say more.',
  );
}

/**
 * What a server says of an error, in one line: FastAPI's list of fields, A1111's `errors` (else `detail`), ComfyUI's `error`
 * with `node_errors`, plain text.
 */
export function saidBy({ body, contentType }: Answer): string {
  const text = body.toString('utf8', 0, 20_000);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return contentType.includes('html') ? '' : oneLine(text);
  }
  if (typeof value !== 'object' || value === null) return oneLine(String(value));
  const { errors, detail, error, message } = value as Record<string, unknown>;
  if (typeof errors === 'string' && errors !== '') return oneLine(errors);
  if (Array.isArray(detail)) return oneLine(detail.map(fieldError).join('; '));
  if (typeof detail === 'string' && detail !== '') return oneLine(detail);
  if (typeof error === 'object' && error !== null) {
    const { message: what, details } = error as Record<string, unknown>;
    return oneLine([what, details].filter((part) => typeof part === 'string' && part !== '').join(': '));
  }
  if (typeof error === 'string') return oneLine(error);
  return typeof message === 'string' ? oneLine(message) : '';
}

function fieldError(entry: unknown): string {
  const { loc, msg } = (entry ?? {}) as { loc?: unknown; msg?: unknown };
  const place = Array.isArray(loc) ? loc.filter((part) => part !== 'body').join('.') : '';
  return [place, typeof msg === 'string' ? msg : ''].filter(Boolean).join(': ');
}

/** Foreign text as part of a sentence of ours: one line, no control characters, not endless. */
export function oneLine(text: string): string {
  const line = text
    .replace(/[\x00-\x1f\x7f]+/g, ' ')
    .trim()
    .replace(/\.$/, '');
  return line.length > 500 ? `${line.slice(0, 500)}…` : line;
}
