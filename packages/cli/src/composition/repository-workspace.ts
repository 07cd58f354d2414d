import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CodeGraphStore } from '@parseltongue/codegraph-store';
import type {
  Chunker,
  Edit,
  GateReport,
  ProgressListener,
  Proposal,
  RowKey,
  RunEvent,
} from '@parseltongue/isg-core';
import type { Preflight } from '@parseltongue/preflight';
import { type ChangePorts, type RunOutcome, runChange, runFix } from '@parseltongue/sorcerer';
import type { RepositoryPlace } from '../config/locate-repository.js';
import { CliError } from '../errors.js';
import type { CliContext } from '../io.js';
import { renderDiff } from '../render/diff.js';
import { createChangePorts } from './change-ports.js';
import { createProposal } from './create-proposal.js';
import { createReasoner } from './create-reasoner.js';
import { indexRepository } from './index-repository.js';
import type { Lazy } from './open-lazily.js';
import { openProposalStore, type ProposalStore, parseEditFile } from './proposal-store.js';
import { compareFiles } from './read-freshness.js';
import { readSource } from './read-source.js';
import { createRunId } from './run-id.js';
import { showRow } from './show-row.js';
import { summarizeStore, withModel } from './summarize-store.js';
import { createTextMemory } from './text-memory.js';
import type {
  AppliedOutcome,
  ApplyRequest,
  ChangeOutcome,
  ChangeRequest,
  FixRequest,
  Freshness,
  IndexOutcome,
  RowView,
  SummarizeOutcome,
  Workspace,
} from './workspace.js';

/** The stages of one repository, not yet open. */
export interface WorkspaceParts {
  place: RepositoryPlace;
  context: CliContext;
  onProgress: ProgressListener;
  store: Lazy<CodeGraphStore>;
  chunker: Lazy<Chunker & AsyncDisposable>;
  preflight: Lazy<Preflight>;
  /** Everything to dispose of, users before what they use. */
  opened: readonly Lazy<AsyncDisposable>[];
}

/** Orders calls of the stages; decides nothing itself. */
export class RepositoryWorkspace implements Workspace {
  readonly root: string;
  readonly #parts: WorkspaceParts;
  readonly #proposals: ProposalStore;

  constructor(parts: WorkspaceParts) {
    this.root = parts.place.root;
    this.#parts = parts;
    this.#proposals = openProposalStore(join(parts.place.stateDir, 'proposals'));
  }

  openStore(): Promise<CodeGraphStore> {
    return this.#parts.store.get();
  }

  async requireStore(): Promise<CodeGraphStore> {
    const store = await this.openStore();
    if ((await store.status()).indexed_at !== null) return store;
    throw new CliError('PT_CLI_NO_INDEX', {
      message: 'This repository is not indexed yet. Run: parseltongue index',
      details: { path: '.' },
    });
  }

  async requireFreshStore(): Promise<CodeGraphStore> {
    const store = await this.openStore();
    const { indexed_at } = await store.status();
    const { changed, added, removed } = await this.readFreshness();
    if (indexed_at === null || changed.length + added.length + removed.length > 0) await this.index({});
    return store;
  }

  async index(options: { workers?: number; maxFileBytes?: number }): Promise<IndexOutcome> {
    const { context, onProgress } = this.#parts;
    const store = await this.openStore();
    return indexRepository({ root: this.root, store, signal: context.signal, onProgress, ...options });
  }

  async readFreshness(): Promise<Freshness> {
    const store = await this.openStore();
    return compareFiles(this.root, await store.files(), this.#parts.context.signal);
  }

  async showRow(key: RowKey): Promise<RowView> {
    return showRow(await this.requireStore(), key);
  }

  async exportRows(output: string | undefined, write: (text: string) => void): Promise<number> {
    const store = await this.requireStore();
    const file =
      output === undefined ? undefined : createWriteStream(resolve(this.#parts.context.cwd, output));
    let rows = 0;
    for await (const row of store.exportRows()) {
      rows += 1;
      const line = `${JSON.stringify(row)}\n`;
      if (file === undefined) write(line);
      else if (!file.write(line)) await once(file, 'drain');
    }
    if (file !== undefined) await once(file.end(), 'finish');
    return rows;
  }

  async summarize({ model }: { model?: string }): Promise<SummarizeOutcome> {
    const { context, onProgress } = this.#parts;
    const request = { store: await this.requireStore(), signal: context.signal, onProgress };
    if (model === undefined) return summarizeStore(request);
    return withModel(resolve(context.cwd, model), context.signal, (loaded) =>
      summarizeStore({ ...request, model: loaded }),
    );
  }

  async runFix(request: FixRequest): Promise<ChangeOutcome> {
    return this.#finishRun(request.onEvent, async (ports, onEvent) =>
      runFix(ports, {
        runId: createRunId('fix'),
        dryRun: request.isDryRun,
        clippy: request.useClippy,
        commit: request.shouldCommit,
        maxAttempts: request.maxAttempts,
        signal: this.#parts.context.signal,
        onEvent,
      }),
    );
  }

  async runChange(request: ChangeRequest): Promise<ChangeOutcome> {
    const { context, place } = this.#parts;
    const scratch = join(place.cacheDir, 'scratch');
    await mkdir(scratch, { recursive: true });
    const reasoner = createReasoner(request.reasoner, context, scratch);
    return this.#finishRun(request.onEvent, async (ports, onEvent) =>
      runChange(ports, {
        runId: createRunId('change'),
        request: request.request,
        reasoner,
        dryRun: request.isDryRun,
        commit: request.shouldCommit,
        signal: context.signal,
        onEvent,
      }),
    );
  }

  async propose({ title, edits }: { title: string; edits: readonly Edit[] }): Promise<Proposal> {
    const store = await this.requireFreshStore();
    const preflight = await this.#parts.preflight.get();
    const proposal = await createProposal({
      title,
      edits,
      chunker: await this.#parts.chunker.get(),
      graph: store,
      readText: (path) => readSource(this.root, path),
      hashTree: () => preflight.hashTree([]),
    });
    await store.propose(proposal.plan_id, proposal.rows);
    await this.#proposals.save(proposal);
    return proposal;
  }

  async loadProposal(source: string): Promise<Proposal> {
    if (!source.endsWith('.json')) return this.#proposals.load(source);
    const text = await readFile(resolve(this.#parts.context.cwd, source), 'utf8').catch((cause: unknown) => {
      throw new CliError('PT_CLI_PROPOSAL_MALFORMED', {
        message: `${source} cannot be read. Give a JSON file of edits, or the id of a proposal`,
        details: { source },
        cause,
      });
    });
    return this.propose(parseEditFile(source, text));
  }

  async verifyProposal(
    proposal: Proposal,
    options: { stopAtFirst: boolean; signal?: AbortSignal },
  ): Promise<GateReport> {
    const preflight = await this.#parts.preflight.get();
    const report = await preflight.verify(proposal, { signal: this.#parts.context.signal, ...options });
    await this.#proposals.saveReport(proposal, report);
    return report;
  }

  async loadVerified(id: string): Promise<{ proposal: Proposal; report: GateReport }> {
    const proposal = await this.#proposals.load(id);
    const report = await this.#proposals.loadReport(proposal);
    if (report?.verdict === 'passed') return { proposal, report };
    throw new CliError('PT_CLI_NOT_CONFIRMED', {
      message: `Proposal ${id} ${report === undefined ? 'was never verified' : 'did not pass its gates'}. Run: parseltongue preflight ${id}`,
      details: { id },
    });
  }

  async applyProposal({ proposal, report, shouldCommit, message }: ApplyRequest): Promise<AppliedOutcome> {
    const preflight = await this.#parts.preflight.get();
    const store = await this.openStore();
    const applied = await preflight.apply(proposal, report, { signal: this.#parts.context.signal });
    if (applied.status === 'rolled_back')
      return { status: 'rolled_back', reason: applied.reason, commit: null };
    const commit = shouldCommit
      ? await preflight.commit({
          proposal,
          report,
          runId: proposal.plan_id,
          message: message ?? proposal.title,
        })
      : null;
    if ((await store.plans()).includes(proposal.plan_id)) await store.promote(proposal.plan_id);
    await this.index({});
    return { status: 'applied', reason: null, commit: commit?.commit ?? null };
  }

  async undo({
    preview,
  }: {
    preview: boolean;
  }): Promise<{ isDone: boolean; text: string; json: Record<string, unknown> }> {
    const preflight = await this.#parts.preflight.get();
    const outcome = await preflight.undo({ preview, signal: this.#parts.context.signal });
    if (outcome.status === 'restored') await this.index({});
    const isDone = outcome.status === 'restored' || outcome.status === 'preview';
    const files = outcome.files.map(({ action, path }) => `  ${action.padEnd(6)} ${path}\n`).join('');
    return { isDone, text: `${outcome.message}\n${files}`, json: { ...outcome } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const part of this.#parts.opened) await part.dispose();
  }

  /** Indexes first, so that the run plans on the tree as it is, and again once the run has written to it. */
  async #finishRun(
    onEvent: (event: RunEvent) => void,
    run: (ports: ChangePorts, onEvent: (event: RunEvent) => void) => Promise<RunOutcome>,
  ): Promise<ChangeOutcome> {
    const { place, chunker, preflight } = this.#parts;
    const store = await this.requireFreshStore();
    const texts = createTextMemory(this.root);
    const ports = createChangePorts({
      root: this.root,
      stateDir: place.stateDir,
      store,
      chunker: await chunker.get(),
      preflight: await preflight.get(),
    });
    const outcome = await run(ports, (event) => {
      texts.remember(event);
      onEvent(event);
    });
    const diff = outcome.proposal === null ? '' : renderDiff(texts.pair(outcome.proposal));
    if (outcome.status === 'applied' || outcome.status === 'committed') await this.index({});
    return { ...outcome, diff };
  }
}
