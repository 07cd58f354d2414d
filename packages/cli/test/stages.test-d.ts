// Type test: what a stage gives is what the next one takes. Checked by `tsc`; nothing runs.
import type { openAnalyzer, openChunker, streamChunks } from '@parseltongue/chunk-streamer';
import type { CodeGraphStore } from '@parseltongue/codegraph-store';
import type { openLlamaModel } from '@parseltongue/elf-orchestrator';
import type { Chunker, GraphReader, IndexRecord, RowStore, TextModel } from '@parseltongue/isg-core';
import type { GraphAnalyzer, Preflight } from '@parseltongue/preflight';
import type { ChangeGraph, Verifier } from '@parseltongue/sorcerer';
import type { summarizeRows } from '@parseltongue/summary-gen';

type Opened<F extends (...args: never[]) => Promise<unknown>> = Awaited<ReturnType<F>>;
type Item<Stream> = Stream extends AsyncIterable<infer T> ? T : never;
/** Fails to compile unless `From` fits `To`. */
type Fits<To, From extends To> = From;

export type Seams = [
  Fits<Parameters<RowStore['ingest']>[0], ReturnType<typeof streamChunks>>,
  Fits<AsyncIterable<IndexRecord>, ReturnType<typeof streamChunks>>,
  Fits<Chunker, Opened<typeof openChunker>>,
  Fits<GraphAnalyzer, Opened<typeof openAnalyzer>>,
  Fits<GraphReader, CodeGraphStore>,
  Fits<ChangeGraph, CodeGraphStore>,
  Fits<Parameters<typeof summarizeRows>[0], ReturnType<CodeGraphStore['exportRows']>>,
  Fits<Parameters<CodeGraphStore['putSummaries']>[0][number], Item<ReturnType<typeof summarizeRows>>>,
  Fits<Pick<Verifier, 'verify' | 'diagnose'>, Preflight>,
  Fits<TextModel, Opened<typeof openLlamaModel>>,
];
