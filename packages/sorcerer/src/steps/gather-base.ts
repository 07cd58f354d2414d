import { packContext } from '../context/pack-context.js';
import { keysNamedIn } from '../context/retrieval-query.js';
import { redactSecrets } from '../redact.js';
import { type RunSession, settingsOf } from '../run-session.js';
import { contextOf, contextTokens, formatRow, keepKnown, reasonerOf, searchOnce } from './gather-context.js';

/** Rows of the blast radius that the base context shows. */
const RADIUS_LIMIT = 60;
const CHOSEN_FROM_SEARCH = 8;

/** Precedes the micro-PRD: keys, signatures, class and summaries around the request, never a body. */
export async function gatherBase(session: RunSession): Promise<void> {
  session.record('stage-started', { stage: 'base', attempt: 0 });
  const { caps, request } = settingsOf(session);
  const budget = Math.floor(contextTokens(caps, reasonerOf(session)) * 0.7);
  const source = contextOf(session);
  const hits = await searchOnce(session, request, budget);
  const focus = [
    ...(await keepKnown(session, keysNamedIn(request))),
    ...hits.slice(0, CHOSEN_FROM_SEARCH).map((row) => row.isgl1_key),
  ];
  const radius = (await source.blastRadius(focus)).slice(0, RADIUS_LIMIT);
  const map = await source.repoMap({ tokenBudget: Math.floor(budget * 0.4), focus });
  const packed = packContext(
    [
      {
        title: 'Rows that match (key | class | signature | summary)',
        entries: hits.map(formatRow),
        share: 0.4,
      },
      { title: 'Rows that reach them', entries: radius.map(formatRow), share: 0.2 },
      { title: 'Map of the repository', entries: map === '' ? [] : map.split('\n'), share: 0.4 },
    ],
    budget,
  );
  session.record('stage-ended', {
    stage: 'base',
    attempt: 0,
    artefact: session.log.writeArtefact(session.nameArtefact('base'), { text: redactSecrets(packed.text) }),
    token_count: packed.tokenCount,
  });
}
