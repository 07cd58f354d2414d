// A third-party engine for the store: texts become vectors of their letter triples, so that words that are written alike lie near each other.
// Use: openStore({ dir, embedder: createTrigramEmbedder() }), then store.embedRows(). An engine with a model behind it has the same three members.
const DIMENSION = 256;

export function createTrigramEmbedder() {
  return {
    id: `trigrams-${DIMENSION}`, // part of the cache's key: another engine needs another id
    dimension: DIMENSION,
    async embed(texts, { signal } = {}) {
      signal?.throwIfAborted();
      return texts.map(embedText);
    },
  };
}

function embedText(text) {
  const vector = new Float32Array(DIMENSION);
  const letters = ` ${text.toLowerCase().replace(/[^a-z0-9]+/g, ' ')} `;
  for (let i = 0; i + 3 <= letters.length; i += 1) vector[hash(letters.slice(i, i + 3))] += 1;
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

function hash(triple) {
  let value = 7;
  for (const letter of triple) value = (value * 31 + letter.charCodeAt(0)) % 65_521;
  return value % DIMENSION;
}
