import type { CompilerDiagnostic, Suggestion } from '@parseltongue/isg-core';
import type { AnalyzerSession } from './open-analyzer.js';
import { suggestFixes } from './suggest-fixes.js';

/** Places a server is asked about in one go; what comes later is left for another time. */
const MAX_PLACES = 20;

/**
 * What the server offers at the places of diagnostics of the tree on its disk, in their order; none for one without a place.
 *
 * @throws PreflightError PT_PREFLIGHT_ANALYZER_FAILED when the server ends
 */
export async function offerFixes(
  session: AnalyzerSession,
  diagnostics: readonly CompilerDiagnostic[],
  options: { signal?: AbortSignal },
): Promise<Suggestion[][]> {
  const offers: Suggestion[][] = [];
  for (const [i, diagnostic] of diagnostics.entries()) {
    const place = diagnostic.spans.find((span) => span.is_primary);
    const isAsked = place !== undefined && i < MAX_PLACES;
    offers.push(isAsked ? await suggestFixes(session, place, { texts: new Map(), ...options }) : []);
  }
  return offers;
}
