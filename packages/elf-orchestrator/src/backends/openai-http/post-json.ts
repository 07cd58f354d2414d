import { ElfError } from '../../errors.js';

/** Settings of {@link postJson}. */
export interface PostOptions {
  apiKey: string | undefined;
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

const MAX_BODY_BYTES = 16_777_216;
const SHOWN_BODY_CHARS = 300;
const RETRYABLE_STATUS = new Set([408, 409, 425, 429]);

/**
 * Posts a JSON document and returns the body of a successful answer; null when the caller's signal ended it.
 *
 * @throws ElfError PT_ELF_HTTP_UNREACHABLE, PT_ELF_HTTP_TIMEOUT, PT_ELF_HTTP_STATUS, PT_ELF_HTTP_MALFORMED
 */
export async function postJson(url: URL, body: object, options: PostOptions): Promise<string | null> {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signals = options.signal === undefined ? [deadline] : [deadline, options.signal];
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` }),
      },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.any(signals),
    });
    const text = await readBody(response, url.host);
    if (!response.ok) throw describeStatus(url.host, response.status, text);
    return text;
  } catch (error) {
    if (ElfError.isInstance(error)) throw error;
    if (options.signal?.aborted === true) return null;
    if (deadline.aborted) throw describeTimeout(url.host, options.timeoutMs);
    throw describeUnreachable(url.host, error);
  }
}

async function readBody(response: Response, host: string): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) {
      throw new ElfError('PT_ELF_HTTP_MALFORMED', {
        message: `${host} answered with more than ${MAX_BODY_BYTES} bytes. Check the server`,
        details: { host, problem: 'the body is too large' },
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function describeStatus(host: string, status: number, body: string): ElfError {
  const shown = body.slice(0, SHOWN_BODY_CHARS);
  return new ElfError('PT_ELF_HTTP_STATUS', {
    message: `${host} answered ${status}: ${shown.replace(/\s+/g, ' ')}. Check the model's name and the server's log`,
    details: { host, status, body: shown },
    retryable: status >= 500 || RETRYABLE_STATUS.has(status),
  });
}

function describeTimeout(host: string, timeoutMs: number): ElfError {
  return new ElfError('PT_ELF_HTTP_TIMEOUT', {
    message: `${host} did not answer within ${timeoutMs} ms. Raise timeoutMs or ask for fewer tokens`,
    details: { host, timeoutMs },
    retryable: true,
  });
}

function describeUnreachable(host: string, error: unknown): ElfError {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  const problem = cause?.code ?? cause?.message ?? 'the connection failed';
  return new ElfError('PT_ELF_HTTP_UNREACHABLE', {
    message: `${host} cannot be reached: ${problem}. Start the server or correct baseUrl`,
    details: { host, problem },
    retryable: true,
    cause: error,
  });
}
