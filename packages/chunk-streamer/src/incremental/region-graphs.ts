import { hash } from 'node:crypto';
import { EditedProgram } from '../graph/edited-program.js';
import { type PackedGraph, packGraph } from '../graph/pack-graph.js';
import { resolveInParts } from '../graph/resolve-in-parts.js';
import type { Region } from '../graph/split-repository.js';
import { type PackedSyntax, unpackSyntax } from '../languages/rust/pack-syntax.js';
import type { ResolvedProgram } from '../languages/rust/resolve/index.js';
import type { WorkerPool } from '../workers/worker-pool.js';

/** What changed since the last time. */
export interface GraphChange {
  pool: WorkerPool;
  /** Of every file in a region that `listAffected` names. */
  syntaxes: ReadonlyMap<string, { packed: PackedSyntax }>;
  /** Files that were read anew. */
  changed: ReadonlySet<string>;
  /** Those of which more than bodies of functions differs. */
  reshaped: ReadonlySet<string>;
  /** Files whose graph is wanted whether it changed or not. */
  wanted: ReadonlySet<string>;
}

// Programs of regions that were edited; others are opened when they are.
const MAX_WARM_REGIONS = 4;

/**
 * Resolves the regions of a repository as they change: one that is new or of which an interface changed in the workers, one
 * of which only bodies changed on a program that is kept for it.
 */
export class RegionGraphs {
  #regions = new Map<string, Region>();
  /** Stamps of the regions whose graphs are up to date but for what changed since. */
  #resolved: ReadonlySet<string> = new Set();
  /** By stamp, the one used last at the end. */
  readonly #warm = new Map<string, EditedProgram>();

  /** Stamps of the resolved regions, for `restore` in another process. */
  get stamps(): string[] {
    return [...this.#resolved];
  }

  restore(stamps: readonly string[]): void {
    this.#resolved = new Set(stamps);
  }

  setRegions(regions: readonly Region[]): void {
    this.#regions = new Map(regions.map((region) => [stampRegion(region), region]));
    for (const stamp of [...this.#warm.keys()]) if (!this.#regions.has(stamp)) this.#warm.delete(stamp);
  }

  /** Every file of the regions that are new or hold one of the paths: what `update` will need. */
  listAffected(paths: ReadonlySet<string>): Set<string> {
    const affected = new Set<string>();
    for (const [stamp, region] of this.#regions) {
      if (this.#resolved.has(stamp) && !region.paths.some((path) => paths.has(path))) continue;
      for (const path of region.paths) affected.add(path);
    }
    return affected;
  }

  /** Resolves what the change reaches and what is wanted; graphs by path. */
  async update(change: GraphChange): Promise<Map<string, PackedGraph>> {
    const graphs = new Map<string, PackedGraph>();
    const work = [...this.#regions].map(([stamp, region]) =>
      this.#updateRegion(stamp, region, { change, graphs }),
    );
    await Promise.all(work);
    this.#resolved = new Set(this.#regions.keys());
    return graphs;
  }

  close(): void {
    this.#warm.clear();
  }

  async #updateRegion(
    stamp: string,
    region: Region,
    { change, graphs }: { change: GraphChange; graphs: Map<string, PackedGraph> },
  ): Promise<void> {
    const { pool, changed, reshaped, wanted, syntaxes } = change;
    const paths = region.paths.filter((path) => syntaxes.has(path));
    const isNew = !this.#resolved.has(stamp) || region.paths.some((path) => reshaped.has(path));
    const edited = paths.filter((path) => changed.has(path));
    const program = isNew || edited.length === 0 ? undefined : this.#replaceBodies(stamp, region, change);
    if (program !== undefined) {
      for (const path of paths.filter((path) => changed.has(path) || wanted.has(path)))
        graphs.set(path, packGraph(program.resolveFile(path)));
      return;
    }
    const asked = isNew || edited.length > 0 ? paths : paths.filter((path) => wanted.has(path));
    if (asked.length === 0) return;
    if (isNew || edited.length > 0) this.#warm.delete(stamp);
    const files = paths.flatMap((path) => syntaxes.get(path)?.packed ?? []);
    const take = (path: string, graph: PackedGraph) => void graphs.set(path, graph);
    await resolveInParts(pool, { files, manifests: region.manifests, wanted: asked }, take);
  }

  /** The region's program with the new bodies in place; undefined when it takes a new one. */
  #replaceBodies(
    stamp: string,
    region: Region,
    { syntaxes, changed }: GraphChange,
  ): ResolvedProgram | undefined {
    const syntaxOf = (path: string) => {
      const packed = syntaxes.get(path)?.packed;
      return packed === undefined ? [] : [unpackSyntax(packed)];
    };
    const known = this.#warm.get(stamp);
    if (known === undefined || known.isWornOut) {
      const files = region.paths.flatMap(syntaxOf);
      return this.#keepWarm(
        stamp,
        new EditedProgram({ files, manifests: region.manifests, withProblems: false }),
      );
    }
    const bodies = region.paths.filter((path) => changed.has(path)).flatMap(syntaxOf);
    return known.replaceBodies(bodies) ? this.#keepWarm(stamp, known) : undefined;
  }

  #keepWarm(stamp: string, edited: EditedProgram): ResolvedProgram {
    this.#warm.delete(stamp);
    this.#warm.set(stamp, edited);
    const [oldest] = this.#warm.keys();
    if (this.#warm.size > MAX_WARM_REGIONS && oldest !== undefined) this.#warm.delete(oldest);
    return edited.program;
  }
}

function stampRegion({ paths, manifests }: Region): string {
  return hash('sha1', JSON.stringify([paths, manifests]), 'hex');
}

/** Equal for files that refer to the same rows at the same places. */
export function hashGraph(graph: PackedGraph): string {
  return hash('sha1', graph, 'hex');
}
