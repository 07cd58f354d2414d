import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageReader,
  type MessageWriter,
} from 'vscode-jsonrpc/node';

/** A request or answer longer than this ends its connection. */
const MAX_LINE_CHARS = 33_554_432;

const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;

/** Reads one JSON-RPC message a line; a line that is none is answered with the error the protocol has for it. */
export class LineMessageReader extends AbstractMessageReader implements MessageReader {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
  }

  listen(callback: DataCallback): Disposable {
    const decoder = new StringDecoder('utf8');
    const pieces: string[] = [];
    let pendingChars = 0;
    const onData = (chunk: Buffer): void => {
      const text = decoder.write(chunk);
      pendingChars += text.length;
      pieces.push(text);
      if (text.includes('\n')) {
        const lines = pieces.splice(0).join('').split('\n');
        const rest = lines.pop() ?? '';
        pieces.push(rest);
        pendingChars = rest.length;
        for (const line of lines) this.#take(line, callback);
      }
      if (pendingChars > MAX_LINE_CHARS) {
        this.#answerError(INVALID_REQUEST, `A message has at most ${MAX_LINE_CHARS} characters`);
        this.#socket.destroySoon();
      }
    };
    this.#socket.on('data', onData);
    this.#socket.once('close', () => this.fireClose());
    this.#socket.on('error', (error) => this.fireError(error));
    return { dispose: () => this.#socket.off('data', onData) };
  }

  #take(line: string, callback: DataCallback): void {
    if (line.trim() === '') return;
    try {
      const message = JSON.parse(line) as unknown;
      if (isMessage(message)) callback(message);
      else this.#answerError(INVALID_REQUEST, 'The line is not a JSON-RPC 2.0 message');
    } catch {
      this.#answerError(PARSE_ERROR, 'The line is not a JSON document');
    }
  }

  #answerError(code: number, message: string): void {
    this.#socket.write(`${JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } })}\n`);
  }
}

/** Writes one JSON-RPC message a line. */
export class LineMessageWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.once('close', () => this.fireClose());
  }

  write(message: Message): Promise<void> {
    return new Promise((resolve) => {
      // A peer that is gone needs no answer; its connection reports the close.
      if (!this.#socket.writable) resolve();
      else this.#socket.write(`${JSON.stringify(message)}\n`, () => resolve());
    });
  }

  end(): void {
    this.#socket.end();
  }
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'jsonrpc' in value && value.jsonrpc === '2.0';
}
