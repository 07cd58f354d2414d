import { EXIT } from '../exit-codes.js';
import { renderAnalytics } from '../render/analytics.js';
import { renderOutcomes } from '../render/runs.js';
import type { AddVerb } from '../verb.js';

/** `status`: what is indexed, what changed since, which plans are open, what a crash left behind. */
export const addStatusVerb: AddVerb = (program, host) => {
  program
    .command('status')
    .description('what is indexed, how fresh it is, what is planned')
    .addHelpText('before', 'Examples:\n  parseltongue status\n  parseltongue status --json\n')
    .action(
      host.run(async (invocation) => {
        const workspace = await invocation.openWorkspace();
        const store = await workspace.requireStore();
        const [status, analytics, freshness, plans, exact, outcomes] = await Promise.all([
          store.status(),
          store.analytics(),
          workspace.readFreshness(),
          store.plans(),
          workspace.readExactFacts(),
          workspace.readOutcomes({ isSettled: false }),
        ]);
        const stale = freshness.changed.length + freshness.added.length + freshness.removed.length;
        const lines = [
          `Indexed ${status.indexed_at ?? 'never'} (engine ${status.engine}), ${stale === 0 ? 'up to date' : `${stale} files changed since: run parseltongue index`}`,
          exact === null
            ? 'Edges are typed; parseltongue index --exact asks rust-analyzer for exact ones'
            : `Exact edges hold for ${exact.files} files, by ${exact.tool} ${exact.tool_version}`,
          plans.length === 0 ? 'No plan is open' : `Open plans: ${plans.join(', ')}`,
          renderOutcomes(outcomes),
        ];
        return {
          exitCode: EXIT.ok,
          json: { contract: 'pt.cli.status/1', status, freshness, plans, exact, outcomes, analytics },
          text: `${lines.join('\n')}\n\n${renderAnalytics(analytics, invocation.context.io.columns)}`,
        };
      }),
    );
};
