import type { FileChange } from '@parseltongue/isg-core';
import { type AnalyzerSession, readSessionText } from '../analyzer/open-analyzer.js';
import { type Finding, pullFindings } from '../analyzer/pull-findings.js';
import { type CanaryResult, runCanary } from '../analyzer/run-canary.js';
import { isReported } from './analyzer-gate-report.js';
import { type GateContext, signalOf } from './gate-context.js';

/** What a server said of the untouched tree, valid until it may see another one. */
export interface AnalyzerMemory {
  /** The probe in the package of the first changed file. */
  canary(
    session: AnalyzerSession,
    context: GateContext,
    changed: readonly FileChange[],
  ): Promise<CanaryResult>;
  /** The findings of files before the change. */
  baseline(
    session: AnalyzerSession,
    paths: readonly string[],
    options: { signal?: AbortSignal },
  ): Promise<Finding[]>;
}

/** Creates an empty memory for one server. */
export function createAnalyzerMemory(): AnalyzerMemory {
  let epoch = '';
  const findings = new Map<string, Finding[]>();
  const canaries = new Map<string, CanaryResult>();
  const refresh = (session: AnalyzerSession): void => {
    if (epoch === session.epoch) return;
    epoch = session.epoch;
    findings.clear();
    canaries.clear();
  };
  return {
    async canary(session, context, changed) {
      refresh(session);
      const path = chooseProbeFile(session, context, changed);
      const known = canaries.get(path);
      if (known !== undefined) return known;
      const result = await runCanary(session, path, signalOf(context));
      canaries.set(path, result);
      return result;
    },
    async baseline(session, paths, options) {
      refresh(session);
      const missing = paths.filter((path) => !findings.has(path));
      const pulled = await pullFindings(session, { paths: missing, texts: new Map(), ...options });
      for (const path of missing) findings.set(path, []);
      for (const finding of pulled.filter(isReported)) findings.get(finding.path)?.push(finding);
      return paths.flatMap((path) => findings.get(path) ?? []);
    },
  };
}

/** The root file of the package that is changed, else of any package: a file every build of it reads. */
function chooseProbeFile(
  session: AnalyzerSession,
  context: GateContext,
  changed: readonly FileChange[],
): string {
  const { packages } = context.shadow.layout();
  const owners = packages
    .filter(({ folder }) => folder === '' || changed.some(({ path }) => path.startsWith(`${folder}/`)))
    .sort((a, b) => b.folder.length - a.folder.length);
  for (const { folder } of [...owners, ...packages]) {
    const prefix = folder === '' ? '' : `${folder}/`;
    for (const file of [`${prefix}src/lib.rs`, `${prefix}src/main.rs`])
      if (readSessionText(session, file) !== null) return file;
  }
  return changed.find((file) => file.before_hash !== null)?.path ?? 'src/lib.rs';
}
