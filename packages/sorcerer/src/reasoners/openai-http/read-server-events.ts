const LONGEST_EVENT = 4 * 1024 * 1024;

/** The data of each server-sent event of a response, as it arrives; comments and other fields are left out. */
export async function* readServerEvents(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  const decoder = new TextDecoder();
  let held = '';
  for await (const bytes of response.body) {
    held += decoder.decode(bytes as Uint8Array, { stream: true });
    if (held.length > LONGEST_EVENT) throw new RangeError('An event of the stream is far too long');
    const events = held.split(/\r?\n\r?\n/);
    held = events.pop() ?? '';
    for (const event of events) yield* dataOf(event);
  }
  yield* dataOf(held);
}

function* dataOf(event: string): Generator<string> {
  const lines = event.split(/\r?\n/).filter((line) => line.startsWith('data:'));
  if (lines.length > 0) yield lines.map((line) => line.slice('data:'.length).replace(/^ /, '')).join('\n');
}
