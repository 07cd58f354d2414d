import type { CodeGraphStore, RowHit, SearchHit } from '@parseltongue/codegraph-store';
import type { Chunker } from '@parseltongue/isg-core';
import type { Preflight } from '@parseltongue/preflight';
import { type ChangePorts, type ContextRow, openRunLog } from '@parseltongue/sorcerer';
import { readSource } from './read-source.js';

/** The open stages a run is made of. */
export interface ChangeStages {
  root: string;
  stateDir: string;
  store: CodeGraphStore;
  chunker: Chunker;
  preflight: Preflight;
}

/** Fits the stages to what the sorcerer asks for. */
export function createChangePorts({ root, stateDir, store, chunker, preflight }: ChangeStages): ChangePorts {
  return {
    graph: store,
    chunker,
    files: { readText: (path) => readSource(root, path) },
    verifier: {
      hashTree: (changes) => preflight.hashTree(changes),
      diagnose: (changes, options) => preflight.diagnose(changes, options),
      verify: (proposal, options) => preflight.verify(proposal, options),
    },
    applier: {
      async apply(proposal, report, { signal }) {
        const outcome = await preflight.apply(proposal, report, signal === undefined ? {} : { signal });
        return { status: outcome.status, reason: outcome.status === 'rolled_back' ? outcome.reason : null };
      },
      commit: (request) => preflight.commit(request),
    },
    context: {
      async search(query, options) {
        const { hits } = await store.search(query, { ...options, detail: 'signatures' });
        return hits.map(toContextRow);
      },
      async repoMap({ tokenBudget, focus }) {
        return (await store.repoMap({ tokenBudget, focus })).text;
      },
      async blastRadius(keys) {
        const { levels } = await store.blastRadius(keys);
        return levels.flatMap(({ code, tests }) => [...code, ...tests].map(toContextRow));
      },
    },
    log: { open: (runId) => openRunLog(stateDir, runId) },
    clock: { now: () => Date.now() },
    quickFixes: {
      offerFixes: (changes, diagnostics, options) => preflight.offerFixes(changes, diagnostics, options),
    },
  };
}

function toContextRow(hit: RowHit & Partial<Pick<SearchHit, 'summary'>>): ContextRow {
  return {
    isgl1_key: hit.key,
    interface_signature: hit.signature ?? '',
    tdd_classification: hit.tdd,
    summary: hit.summary ?? null,
  };
}
