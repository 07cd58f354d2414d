import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Change, RELATIONS, type RelationName } from '../../schema/relations.js';
import type { CozoEngine, CozoParam, CozoStorage, NamedRows } from '../cozo-engine.js';
import { encodeChanges } from '../encode-changes.js';
import { COZO_NODE_CAPABILITIES } from './capabilities.js';
import { mapCallFailure, mapOpenFailure, reportMissing } from './error-map.js';

/** What of the package is used; its own declarations leave out what makes a script read-only. */
interface CozoPackage {
  CozoDb: new (storage: CozoStorage, path: string, options: object) => CozoDatabase;
}

interface CozoDatabase {
  run: (script: string, params: object, isImmutable: boolean) => Promise<Partial<NamedRows>>;
  importRelations: (data: Record<string, NamedRows>) => Promise<unknown>;
  close: () => void;
}

/** Of another process that was killed, or of this one's last opening; the graph itself is never in them. */
const FILES: Record<CozoStorage, readonly string[]> = {
  mem: [],
  sqlite: ['cozo.sqlite', 'cozo.sqlite-journal', 'cozo.sqlite-wal', 'cozo.sqlite-shm'],
  rocksdb: ['cozo.rocksdb'],
};

export interface CozoNodeOptions {
  storage: CozoStorage;
  /** The graph's directory, in which the storage keeps its files. */
  dir: string;
}

/**
 * Prepares an empty CozoDB of the native build; it is made by the first call that needs it.
 *
 * @throws StoreError PT_STORE_ENGINE_MISSING when the package or its native part is not installed
 */
export function openCozoNode(options: CozoNodeOptions): CozoEngine {
  const { CozoDb } = loadPackage();
  return new CozoNodeEngine(options.storage, () => createDatabase(CozoDb, options));
}

function loadPackage(): CozoPackage {
  try {
    return createRequire(import.meta.url)('cozo-node') as CozoPackage;
  } catch (cause) {
    throw reportMissing(cause);
  }
}

function createDatabase(CozoDb: CozoPackage['CozoDb'], { storage, dir }: CozoNodeOptions): CozoDatabase {
  const [file = ''] = FILES[storage];
  try {
    for (const name of FILES[storage]) rmSync(join(dir, name), { recursive: true, force: true });
    return new CozoDb(storage, join(dir, file), {});
  } catch (cause) {
    throw mapOpenFailure(cause, storage);
  }
}

class CozoNodeEngine implements CozoEngine {
  readonly capabilities = COZO_NODE_CAPABILITIES;
  readonly storage: CozoStorage;
  readonly #start: () => CozoDatabase;
  #running: CozoDatabase | undefined;

  constructor(storage: CozoStorage, start: () => CozoDatabase) {
    this.storage = storage;
    this.#start = start;
  }

  async read(script: string, params: Readonly<Record<string, CozoParam>> = {}): Promise<NamedRows> {
    const answer = await this.#call((database) => database.run(script, params, true));
    return { headers: answer.headers ?? [], rows: answer.rows ?? [] };
  }

  async createRelation(relation: RelationName): Promise<void> {
    await this.#call((database) => database.run(RELATIONS[relation].create, {}, false));
  }

  async apply(changes: readonly Change[]): Promise<void> {
    for (const json of encodeChanges(changes)) await this.importJson(json);
  }

  async importJson(json: string): Promise<void> {
    const data = JSON.parse(json) as Record<string, NamedRows>;
    await this.#call((database) => database.importRelations(data));
  }

  reserve(): void {
    // The native build takes memory from the system as it needs it.
  }

  memoryBytes(): number {
    return 0;
  }

  close(): void {
    this.#running?.close();
    this.#running = undefined;
  }

  async #call<Answer>(run: (database: CozoDatabase) => Promise<Answer>): Promise<Answer> {
    this.#running ??= this.#start();
    try {
      return await run(this.#running);
    } catch (cause) {
      throw mapCallFailure(cause);
    }
  }
}
