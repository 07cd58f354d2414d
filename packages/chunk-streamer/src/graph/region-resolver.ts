import type { PackedSyntax } from '../languages/rust/pack-syntax.js';
import { raceAbort } from '../workers/race-abort.js';
import type { WorkerPool } from '../workers/worker-pool.js';
import { type FileGraph, type PackedGraph, unpackGraph } from './pack-graph.js';
import { resolveInParts } from './resolve-in-parts.js';
import type { ResolveRequest } from './resolve-region.js';
import type { Region } from './split-repository.js';

interface OpenRegion extends Region {
  /** Files of which nothing was heard. */
  missing: number;
  files: { path: string; packed: PackedSyntax }[];
}

/** A region whose files are all read. */
interface ClosedRegion {
  /** Those that have a syntax, in path order. */
  paths: string[];
  graphs: Map<string, PackedGraph>;
  /** Every graph is there once it is fulfilled. */
  done: Promise<unknown>;
}

/**
 * Resolves regions in the workers, each as soon as its last file is read: resolving runs beside reading, and what is kept
 * for it is bounded by the largest regions.
 */
export class RegionResolver {
  readonly #pool: WorkerPool;
  readonly #byPath = new Map<string, OpenRegion>();
  /** In the order in which they were read to the end. */
  readonly #closed: ClosedRegion[] = [];

  constructor(pool: WorkerPool, regions: readonly Region[]) {
    this.#pool = pool;
    for (const region of regions) {
      const open: OpenRegion = { ...region, missing: region.paths.length, files: [] };
      for (const path of region.paths) this.#byPath.set(path, open);
    }
  }

  /** Takes what was read of a file; null for one that has no syntax. */
  add(path: string, packed: PackedSyntax | null): void {
    const region = this.#byPath.get(path);
    if (region === undefined) return;
    if (packed !== null) region.files.push({ path, packed });
    region.missing -= 1;
    if (region.missing === 0 && region.files.length > 0) this.#close(region);
  }

  /**
   * Hands out the graphs of the regions that were read to the end, file by file, and forgets them; the last regions, as
   * many as `leave`, are still resolved meanwhile.
   */
  async *takeGraphs(leave: number, signal: AbortSignal | undefined): AsyncGenerator<FileGraph> {
    while (this.#closed.length > leave) {
      const region = this.#closed.shift();
      if (region === undefined) return;
      await raceAbort(region.done, signal);
      for (const path of region.paths) {
        const packed = region.graphs.get(path);
        region.graphs.delete(path);
        yield packed === undefined ? { edges: [], references: [] } : unpackGraph(packed);
      }
    }
  }

  #close({ paths: { length }, files, manifests }: OpenRegion): void {
    const paths = files.map(({ path }) => path);
    const request: ResolveRequest = { files: files.map(({ packed }) => packed), manifests, wanted: paths };
    const graphs = new Map<string, PackedGraph>();
    const take = (path: string, graph: PackedGraph) => void graphs.set(path, graph);
    // a region that is most of the repository would keep one worker busy and the others idle
    const isMost = length * this.#pool.size * 4 > this.#byPath.size;
    const done = isMost ? resolveInParts(this.#pool, request, take) : this.#pool.resolve(request, take);
    done.catch(() => undefined); // heard when a graph is asked for
    this.#closed.push({ paths, graphs, done });
    files.length = 0;
  }
}
