import type { RunSession } from '../run-session.js';

/** Clean slate: the plan's future becomes the current graph. A plan that is gone was promoted before a crash. */
export async function promoteRows(session: RunSession): Promise<void> {
  const plan = session.runId;
  const rows = await session.ports.graph.futureRows(plan);
  if (rows.length > 0) await session.ports.graph.promote(plan);
  session.record('graph-promoted', { plan_id: plan });
}
