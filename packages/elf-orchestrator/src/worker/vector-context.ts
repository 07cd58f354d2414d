import type { LlamaModel } from 'node-llama-cpp';
import type { LoadRequest } from './worker-protocol.js';

/** A context that answers with numbers instead of text. */
export interface VectorContext {
  embed(text: string): Promise<number[]>;
  /** Scores in the order of the documents, each in 0..1, higher is better. */
  rank(query: string, documents: readonly string[]): Promise<number[]>;
}

/** Opens the context that the purpose of a load asks for; the other kind of question is refused. */
export async function openVectorContext(model: LlamaModel, load: LoadRequest): Promise<VectorContext> {
  const options = { contextSize: load.contextTokens, threads: load.threads };
  if (load.purpose === 'ranking') {
    const context = await model.createRankingContext(options);
    return {
      embed: () => Promise.reject(new Error('the model was loaded to rank, not to embed')),
      rank: (query, documents) => context.rankAll(query, [...documents]),
    };
  }
  const context = await model.createEmbeddingContext(options);
  return {
    embed: async (text) => [...(await context.getEmbeddingFor(text)).vector],
    rank: () => Promise.reject(new Error('the model was loaded to embed, not to rank')),
  };
}
