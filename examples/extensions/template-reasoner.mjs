// A third-party reasoner for the sorcerer: answers "add a constant NAME = VALUE after KEY" from a template, without a model.
// Only `complete` is its own: prompts, the answer format and what may go wrong in it belong to createTextReasoner.
import { createTextReasoner } from '@parseltongue/sorcerer';

const REQUEST = /add a constant (\w+) = (\d+) after (\S+)/i;

export function createTemplateReasoner() {
  return createTextReasoner({
    id: 'template',
    locality: 'remote',
    async complete(_prompt, { request, onDelta, signal }) {
      signal?.throwIfAborted();
      const text = answer(request.request);
      onDelta?.(text);
      return { text, finish: 'complete', usage };
    },
  });
}

const usage = { input_tokens: 0, output_tokens: 0, cache_read_tokens: 0, cost_usd: 0, estimated: false };

/** What it cannot answer it asks about: the run waits for a person then. */
function answer(wish) {
  const [, name, value, key] = REQUEST.exec(wish ?? '') ?? [];
  if (name === undefined) return 'ASK Which constant? Say: add a constant NAME = VALUE after KEY';
  return `CREATE after ${key}\n\`\`\`rust\npub const ${name}: u32 = ${value};\n\`\`\`\n`;
}
