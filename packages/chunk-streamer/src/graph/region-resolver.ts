import type { PackedSyntax } from '../languages/rust/pack-syntax.js';
import type { WorkerPool } from '../workers/worker-pool.js';
import { type FileGraph, type PackedGraph, unpackGraph } from './pack-graph.js';
import { resolveInParts } from './resolve-in-parts.js';
import type { ResolveRequest } from './resolve-region.js';
import type { Region } from './split-repository.js';

interface OpenRegion extends Region {
  /** Files of which nothing was heard. */
  missing: number;
  files: { path: string; packed: PackedSyntax }[];
  /** Every graph is there once it is fulfilled. */
  done: Promise<unknown> | undefined;
}

/**
 * Resolves regions in the workers, each as soon as its last file is read: resolving runs beside reading, and what is kept
 * for it is bounded by the largest region.
 */
export class RegionResolver {
  readonly #pool: WorkerPool;
  readonly #byPath = new Map<string, OpenRegion>();
  readonly #graphs = new Map<string, PackedGraph>();

  constructor(pool: WorkerPool, regions: readonly Region[]) {
    this.#pool = pool;
    for (const region of regions) {
      const open: OpenRegion = { ...region, missing: region.paths.length, files: [], done: undefined };
      for (const path of region.paths) this.#byPath.set(path, open);
    }
  }

  /** Takes what was read of a file; null for one that has no syntax. */
  add(path: string, packed: PackedSyntax | null): void {
    const region = this.#byPath.get(path);
    if (region === undefined) return;
    if (packed !== null) region.files.push({ path, packed });
    region.missing -= 1;
    if (region.missing > 0 || region.files.length === 0) return;
    region.done = this.#resolve(region);
    region.done.catch(() => undefined); // heard when a graph is asked for
  }

  /** Hands out a file's graph once; its region must have been read to the end. */
  async takeGraph(path: string): Promise<FileGraph> {
    await this.#byPath.get(path)?.done;
    const packed = this.#graphs.get(path);
    this.#graphs.delete(path);
    return packed === undefined ? { edges: [], references: [] } : unpackGraph(packed);
  }

  async #resolve(region: OpenRegion): Promise<void> {
    const request: ResolveRequest = {
      files: region.files.map(({ packed }) => packed),
      manifests: region.manifests,
      wanted: region.files.map(({ path }) => path),
    };
    region.files = [];
    const take = (path: string, graph: PackedGraph) => void this.#graphs.set(path, graph);
    // a region that is most of the repository would keep one worker busy and the others idle
    const isMost = region.paths.length * this.#pool.size * 4 > this.#byPath.size;
    await (isMost ? resolveInParts(this.#pool, request, take) : this.#pool.resolve(request, take));
  }
}
