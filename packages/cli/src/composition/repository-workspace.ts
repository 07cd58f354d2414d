import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type ExactTier, openIncrementalStream } from '@parseltongue/chunk-streamer';
import type { CodeGraphStore } from '@parseltongue/codegraph-store';
import type { Edit, GateReport, ProgressListener, Proposal, RowKey } from '@parseltongue/isg-core';
import { type Preflight, readGitState, type SubmittedPullRequest } from '@parseltongue/preflight';
import {
  type CostReport,
  labelRun,
  listBreakpoints,
  listRuns,
  type Outcome,
  type OutcomeReport,
  type PendingBreakpoint,
  type RunRecord,
  type RunSummary,
  readCosts,
  readOutcomes,
  readRun,
  recordUndo,
} from '@parseltongue/sorcerer';
import { CliError } from '../errors.js';
import type { CliContext } from '../io.js';
import { askStructure, type StructureAnswer, type StructureRequest } from './ask-structure.js';
import { createProposal } from './create-proposal.js';
import { describeTier, type ExactFacts, loadExactTier, saveExactTier } from './exact-edges.js';
import { findRows } from './find-rows.js';
import { indexRepository } from './index-repository.js';
import type { GateChoice } from './open-preflights.js';
import type { Stages } from './open-stages.js';
import { openSummaryModel } from './open-summary-model.js';
import { openProposalStore, type ProposalStore, parseEditFile } from './proposal-store.js';
import { putCompilerFacts, readCompilerTier } from './read-compiler-tier.js';
import { compareFiles } from './read-freshness.js';
import { readSource } from './read-source.js';
import { cancelChange, changeRepository, fixRepository, type RunParts, resumeChange } from './run-changes.js';
import { settleRuns } from './settle-outcomes.js';
import { showRow } from './show-row.js';
import { submitRun } from './submit-run.js';
import { summarizeStore } from './summarize-store.js';
import { createTreeContext } from './tree-context.js';
import { watchStore } from './watch-repository.js';
import type {
  AppliedOutcome,
  ApplyRequest,
  ChangeOutcome,
  ChangeRequest,
  FixRequest,
  Freshness,
  IndexOutcome,
  IndexWish,
  ResumeRequest,
  RowView,
  SummarizeOutcome,
  UndoAnswer,
  WatchUpdate,
  Workspace,
} from './workspace.js';

/** The stages of one repository and the one who works with them. */
export interface WorkspaceParts {
  stages: Stages;
  context: CliContext;
  onProgress: ProgressListener;
  gates: GateChoice;
  /** True when the stages close with this workspace. */
  isOwner: boolean;
}

/** Orders calls of the stages; decides nothing itself. */
export class RepositoryWorkspace implements Workspace {
  readonly root: string;
  readonly #parts: WorkspaceParts;
  readonly #proposals: ProposalStore;

  constructor(parts: WorkspaceParts) {
    this.root = parts.stages.place.root;
    this.#parts = parts;
    this.#proposals = openProposalStore(join(parts.stages.place.stateDir, 'proposals'));
  }

  openStore(): Promise<CodeGraphStore> {
    return this.#parts.stages.store.get();
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
    const { stages } = this.#parts;
    const generation = await stages.changes?.readGeneration();
    if (generation !== undefined && generation === stages.indexedGeneration) return store;
    const { indexed_at } = await store.status();
    const { changed, added, removed } = await this.readFreshness();
    if (indexed_at === null || changed.length + added.length + removed.length > 0) await this.index({});
    else stages.indexedGeneration = generation;
    return store;
  }

  async index({ isExact = false, ...options }: IndexWish): Promise<IndexOutcome> {
    return this.#parts.stages.indexing.run(async () => {
      const outcome = await this.#indexFiles(options, await loadExactTier(this.#exactFile));
      return isExact ? await this.#indexExactly(options, outcome) : outcome;
    });
  }

  async readExactFacts(): Promise<ExactFacts | null> {
    const tier = await loadExactTier(this.#exactFile);
    return tier === undefined ? null : describeTier(tier);
  }

  async readFreshness(): Promise<Freshness> {
    const store = await this.openStore();
    return compareFiles(this.root, await store.files(), this.#parts.context.signal);
  }

  async findRows(texts: readonly string[]): Promise<RowKey[]> {
    return texts.length === 0 ? [] : findRows(await this.requireStore(), texts);
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
    await using opened = await openSummaryModel(model, context);
    if (opened.doubt !== null) context.io.err(`${opened.doubt}\n`);
    const outcome = await summarizeStore({ ...request, model: opened.model });
    return { ...outcome, model: { name: opened.name, is_durable: opened.doubt === null } };
  }

  async askStructure(request: StructureRequest): Promise<StructureAnswer> {
    return askStructure(await this.requireStore(), request);
  }

  async watch(onUpdate: (update: WatchUpdate) => void): Promise<void> {
    const { signal } = this.#parts.context;
    await using stream = await openIncrementalStream(this.root);
    const store = await this.openStore();
    await watchStore({ root: this.root, store, stream, signal, onUpdate }); // the stream must stay open meanwhile
  }

  runFix(request: FixRequest): Promise<ChangeOutcome> {
    return this.#change(() => fixRepository(this.#runParts(), request));
  }

  runChange(request: ChangeRequest): Promise<ChangeOutcome> {
    return this.#change(() => changeRepository(this.#runParts(), request));
  }

  resumeRun(request: ResumeRequest): Promise<ChangeOutcome> {
    return this.#change(() => resumeChange(this.#runParts(), request));
  }

  listRuns(): Promise<RunSummary[]> {
    return listRuns(this.#parts.stages.place.stateDir);
  }

  cancelRun(id: string): Promise<boolean> {
    return this.#change(() => cancelChange(this.#runParts(), id));
  }

  listBreakpoints(): Promise<PendingBreakpoint[]> {
    return listBreakpoints(this.#parts.stages.place.stateDir);
  }

  readCosts(): Promise<CostReport> {
    return readCosts(this.#parts.stages.place.stateDir);
  }

  readOutcomes({ isSettled }: { isSettled: boolean }): Promise<OutcomeReport> {
    const { stages, context } = this.#parts;
    return isSettled
      ? settleRuns(stages.place, context)
      : Promise.resolve(readOutcomes(stages.place.stateDir));
  }

  labelRun(id: string, label: { verdict: 'good' | 'bad'; note: string | null }): Promise<Outcome | null> {
    return labelRun(this.#parts.stages.place.stateDir, id, { ...label, at: Date.now() });
  }

  readRun(id: string): Promise<RunRecord> {
    return readRun(this.#parts.stages.place.stateDir, id);
  }

  async submitRun(request: Parameters<Workspace['submitRun']>[0]): Promise<SubmittedPullRequest> {
    const { place } = this.#parts.stages;
    const { context } = this.#parts;
    const base = request.base ?? (await readGitState(createTreeContext(place, context.env))).branch;
    if (base !== null)
      return submitRun({ place, context, store: await this.requireFreshStore() }, { ...request, base });
    throw new CliError('PT_CLI_USAGE', {
      message: 'HEAD is on no branch. Say with --base where the change is to be merged',
      details: { argument: '--base' },
    });
  }

  async propose({ title, edits }: { title: string; edits: readonly Edit[] }): Promise<Proposal> {
    const store = await this.requireFreshStore();
    const preflight = await this.#openPreflight();
    const proposal = await createProposal({
      title,
      edits,
      chunker: await this.#parts.stages.chunker.get(),
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

  loadStored(id: string): Promise<Proposal> {
    return this.#proposals.load(id);
  }

  async loadReport(id: string): Promise<GateReport | undefined> {
    return this.#proposals.loadReport(await this.#proposals.load(id));
  }

  async verifyProposal(
    proposal: Proposal,
    options: { stopAtFirst: boolean; signal?: AbortSignal },
  ): Promise<GateReport> {
    return this.#change(async () => {
      const preflight = await this.#openPreflight();
      const report = await preflight.verify(proposal, { signal: this.#parts.context.signal, ...options });
      await this.#proposals.saveReport(proposal, report);
      return report;
    });
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

  applyProposal({ proposal, report, shouldCommit, message }: ApplyRequest): Promise<AppliedOutcome> {
    return this.#change(async () => {
      const preflight = await this.#openPreflight();
      const store = await this.openStore();
      const applied = await preflight.apply(proposal, report, { signal: this.#parts.context.signal });
      if (applied.status === 'rolled_back')
        return { status: 'rolled_back', reason: applied.reason, commit: null };
      const subject = message ?? proposal.title;
      const commit = shouldCommit
        ? await preflight.commit({ proposal, report, runId: proposal.plan_id, message: subject })
        : null;
      if ((await store.plans()).includes(proposal.plan_id)) await store.promote(proposal.plan_id);
      await this.index({});
      return { status: 'applied', reason: null, commit: commit?.commit ?? null };
    });
  }

  undo({ preview }: { preview: boolean }): Promise<UndoAnswer> {
    return this.#change(async () => {
      const preflight = await this.#openPreflight();
      const outcome = await preflight.undo({ preview, signal: this.#parts.context.signal });
      if (outcome.status === 'restored') {
        const { proposal_id } = outcome.change;
        if (proposal_id !== null)
          await recordUndo(this.#parts.stages.place.stateDir, proposal_id, Date.now());
        await this.index({});
      }
      const isDone = outcome.status === 'restored' || outcome.status === 'preview';
      const files = outcome.files.map(({ action, path }) => `  ${action.padEnd(6)} ${path}\n`).join('');
      return { isDone, text: `${outcome.message}\n${files}`, json: { ...outcome } };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#parts.isOwner) await this.#parts.stages[Symbol.asyncDispose]();
  }

  get #exactFile(): string {
    return join(this.#parts.stages.place.stateDir, 'exact.json');
  }

  async #indexFiles(options: Omit<IndexWish, 'isExact'>, tier: ExactTier | undefined): Promise<IndexOutcome> {
    const { context, onProgress, stages } = this.#parts;
    const generation = await stages.changes?.readGeneration();
    // edges are merged with the compiler's for the whole repository or not at all
    const isPlain = options.workers === undefined && options.maxFileBytes === undefined && tier === undefined;
    const outcome = await indexRepository({
      root: this.root,
      store: await this.openStore(),
      stream: isPlain ? await stages.stream?.get() : undefined,
      tier,
      onNarrowed: (narrowed) => saveExactTier(this.#exactFile, narrowed),
      signal: context.signal,
      onProgress,
      ...options,
    });
    stages.indexedGeneration = generation;
    return outcome;
  }

  /** Asks the compiler's side about the rows as they are now, then merges its edges in. */
  async #indexExactly(options: Omit<IndexWish, 'isExact'>, typed: IndexOutcome): Promise<IndexOutcome> {
    const { stages, context, gates, onProgress } = this.#parts;
    const store = await this.openStore();
    const tier = await readCompilerTier({ place: stages.place, context, gates, store, onProgress });
    if (tier.status !== 'read')
      return { ...typed, exact: { ...typed.exact, status: tier.status, reason: tier.reason } };
    const merged = await this.#indexFiles(options, tier);
    await putCompilerFacts(store, tier);
    return { ...merged, ms: typed.ms + tier.coverage.ms + merged.ms };
  }

  #openPreflight(): Promise<Preflight> {
    return this.#parts.stages.preflights.get(this.#parts.gates);
  }

  /** One verification or write at a time; its progress goes to the one who asked for it. */
  #change<T>(work: () => Promise<T>): Promise<T> {
    const { stages, onProgress } = this.#parts;
    return stages.changing.run(() => {
      stages.progress.listener = onProgress;
      return work();
    });
  }

  #runParts(): RunParts {
    const { stages, context } = this.#parts;
    return {
      stages,
      context,
      openPreflight: () => this.#openPreflight(),
      requireFreshStore: () => this.requireFreshStore(),
      reindex: async () => {
        await this.index({});
      },
    };
  }
}
