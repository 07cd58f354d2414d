import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExactTier, type NoExactTier, readExactTier } from '@parseltongue/chunk-streamer';
import type { CodeGraphStore } from '@parseltongue/codegraph-store';
import type { ProgressListener, Row } from '@parseltongue/isg-core';
import { locateAnalyzer, probeConfinement } from '@parseltongue/preflight';
import type { RepositoryPlace } from '../config/locate-repository.js';
import type { CliContext } from '../io.js';
import { analyzerFolder } from './analyzer-folder.js';
import type { GateChoice } from './open-preflights.js';

export interface CompilerTierRequest {
  place: RepositoryPlace;
  context: CliContext;
  gates: GateChoice;
  store: CodeGraphStore;
  onProgress: ProgressListener;
}

const TIMEOUT_MS = 600_000;
const FACTS_BATCH = 2000;
/** What an analyzer and the build scripts it runs may see. */
const VISIBLE = ['PATH', 'HOME', 'CARGO_HOME', 'RUSTUP_HOME', 'RUSTUP_TOOLCHAIN', 'LANG', 'USER'];

/** Asks rust-analyzer what the indexed rows refer to, confined like any build; nothing but the cache folder is written. */
export async function readCompilerTier(request: CompilerTierRequest): Promise<ExactTier | NoExactTier> {
  const { place, context, gates, store, onProgress } = request;
  const env = Object.fromEntries(
    VISIBLE.flatMap((name) => {
      const value = context.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const prefixDir = analyzerFolder(context.env);
  const found = await locateAnalyzer({ cwd: place.root, env, prefixDir });
  if (found.status === 'absent') return { status: 'not_run', reason: found.reason, log: '' };
  const scratchDir = join(place.cacheDir, 'exact');
  await mkdir(scratchDir, { recursive: true });
  const confinement = await probeConfinement({
    env,
    isNetworkAllowed: gates.allowNetwork,
    readable: [prefixDir, place.gitRoot ?? place.root],
    limits: { maxAddressSpaceBytes: 64 * 2 ** 30 }, // it reserves far more than it uses
  });
  const plain = { argv: found.command, cwd: place.root, env };
  const { argv } = gates.isConfined ? confinement.wrap(plain, [scratchDir]) : plain;
  const repository = { files: await store.files(), rows: await readRows(store) };
  return readExactTier(place.root, repository, {
    analyzer: argv,
    env,
    scratchDir,
    targetDir: join(scratchDir, 'target'),
    timeoutMs: TIMEOUT_MS,
    signal: context.signal,
    onProgress,
    ...(found.sysrootSrc === null ? {} : { sysrootSrc: found.sysrootSrc }),
  });
}

/** Rows without their texts. */
async function readRows(store: CodeGraphStore) {
  const rows: Pick<Row, 'isgl1_key' | 'file' | 'span' | 'name' | 'kind' | 'crate' | 'tdd_classification'>[] =
    [];
  for await (const row of store.exportRows()) {
    const { isgl1_key, file, span, name, kind, crate, tdd_classification } = row;
    rows.push({ isgl1_key, file, span, name, kind, crate, tdd_classification });
  }
  return rows;
}

/** Puts what the compiler said of each row beside the row. */
export async function putCompilerFacts(store: CodeGraphStore, { facts }: ExactTier): Promise<void> {
  const byKey = new Map(facts.map(({ key, lsp_meta_data }) => [key, lsp_meta_data]));
  const rows: Row[] = [];
  for await (const row of store.exportRows()) {
    const lsp_meta_data = byKey.get(row.isgl1_key);
    const isCurrent = row.future_action === 'None' && row.current_ind === 1;
    if (lsp_meta_data !== undefined && isCurrent) rows.push({ ...row, lsp_meta_data });
    if (rows.length >= FACTS_BATCH) await store.importRows(rows.splice(0));
  }
  if (rows.length > 0) await store.importRows(rows);
}
