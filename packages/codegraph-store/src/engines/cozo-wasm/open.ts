import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { type Change, RELATIONS, type RelationName } from '../../schema/relations.js';
import type { CozoEngine, CozoParam, NamedRows } from '../cozo-engine.js';
import { encodeChanges } from '../encode-changes.js';
import { type CozoFailure, mapCozoFailure } from '../map-cozo-failure.js';
import { COZO_WASM_CAPABILITIES } from './capabilities.js';
import { mapCozoTrap } from './error-map.js';

/** What of the package's glue is used; its own declarations need the types of a browser. */
interface CozoGlue {
  initSync: (bytes: Uint8Array) => CozoInstance;
  CozoDb: { new: () => CozoDatabase };
}

interface CozoInstance {
  readonly memory: { readonly buffer: ArrayBuffer };
  __wbindgen_malloc: (sizeBytes: number, align: number) => number;
  __wbindgen_free: (address: number, sizeBytes: number, align: number) => void;
}

interface CozoDatabase {
  run: (script: string, params: string, isImmutable: boolean) => string;
  import_relations: (json: string) => string;
  free: () => void;
}

type Answer = ({ ok: true } & Partial<NamedRows>) | ({ ok: false } & CozoFailure);

const RESERVE_LIMIT_BYTES = 2 ** 30;

/**
 * Prepares an empty CozoDB in this thread from the wasm build that npm installs.
 *
 * The package is made for bundlers, so the module is given its bytes instead of fetching them.
 */
export async function openCozoWasm(): Promise<CozoEngine> {
  const { resolve } = createRequire(import.meta.url);
  const glue = (await import(pathToFileURL(resolve('cozo-lib-wasm/cozo_lib_wasm.js')).href)) as CozoGlue;
  return new CozoWasmEngine(() => {
    const instance = glue.initSync(readFileSync(resolve('cozo-lib-wasm/cozo_lib_wasm_bg.wasm')));
    return { instance, database: glue.CozoDb.new() };
  });
}

interface RunningCozo {
  instance: CozoInstance;
  database: CozoDatabase;
}

class CozoWasmEngine implements CozoEngine {
  readonly capabilities = COZO_WASM_CAPABILITIES;
  readonly storage = 'mem';
  readonly #start: () => RunningCozo;
  #running: RunningCozo | undefined;

  /** Compiling the module takes longer than most questions: it starts with the first one that needs it. */
  constructor(start: () => RunningCozo) {
    this.#start = start;
  }

  read(script: string, params: Readonly<Record<string, CozoParam>> = {}): NamedRows {
    const answer = this.#call((database) => database.run(script, JSON.stringify(params), true));
    return { headers: answer.headers ?? [], rows: answer.rows ?? [] };
  }

  createRelation(relation: RelationName): void {
    this.#call((database) => database.run(RELATIONS[relation].create, '{}', false));
  }

  apply(changes: readonly Change[]): void {
    for (const json of encodeChanges(changes)) this.importJson(json);
  }

  importJson(json: string): void {
    this.#call((database) => database.import_relations(json));
  }

  reserve(sizeBytes: number): void {
    // One large block, freed at once, stays with the allocator: the pages cost nothing until they are touched.
    const wanted = Math.min(Math.ceil(sizeBytes), RESERVE_LIMIT_BYTES);
    const { instance } = this.#run();
    const address = instance.__wbindgen_malloc(wanted, 1);
    instance.__wbindgen_free(address, wanted, 1);
  }

  memoryBytes(): number {
    return this.#running?.instance.memory.buffer.byteLength ?? 0;
  }

  close(): void {
    this.#running?.database.free();
    this.#running = undefined;
  }

  #run(): RunningCozo {
    this.#running ??= this.#start();
    return this.#running;
  }

  #call(run: (database: CozoDatabase) => string): Extract<Answer, { ok: true }> {
    let text: string;
    try {
      text = run(this.#run().database);
    } catch (cause) {
      throw mapCozoTrap(cause);
    }
    const answer = JSON.parse(text) as Answer;
    if (!answer.ok) throw mapCozoFailure(answer);
    return answer;
  }
}
