import type { CodeGraphStore } from '@parseltongue/codegraph-store';
import type { RowKey } from '@parseltongue/isg-core';
import { CliError } from '../errors.js';
import { renderMeta } from '../render/answer.js';
import { renderWalk } from '../render/walk.js';

/** What can be asked of the shape of the graph. */
export const STRUCTURE_QUESTIONS = [
  'callers',
  'callees',
  'users',
  'implementations',
  'children',
  'path',
  'cycles',
  'dead_code',
] as const;
export type StructureQuestion = (typeof STRUCTURE_QUESTIONS)[number];

export interface StructureRequest {
  question: StructureQuestion;
  /** One row; two for `path`; none for `cycles` and `dead_code`. */
  keys: readonly RowKey[];
  /** Steps of callers and callees. */
  depth: number;
  tokenBudget: number;
}

/** An answer as data and as text. */
export interface StructureAnswer {
  data: object;
  text: string;
}

const SHOWN_MEMBERS = 12;

/**
 * Answers one question about the shape of the graph.
 *
 * @throws CliError PT_CLI_USAGE when the question needs other keys
 */
export async function askStructure(
  store: CodeGraphStore,
  request: StructureRequest,
): Promise<StructureAnswer> {
  const { question, keys, depth, tokenBudget } = request;
  const budget = { tokenBudget };
  if (question === 'cycles') return answerCycles(await store.cycles(budget));
  if (question === 'dead_code') return answerDeadCode(await store.deadCode(budget));
  const [key, to] = keys;
  if (key === undefined || (question === 'path' && to === undefined)) throw missingKeys(question);
  if (question === 'path' && to !== undefined) return answerPath(await store.pathBetween(key, to, budget));
  const walks = {
    callers: () => store.callersOf(key, { depth, ...budget }),
    callees: () => store.calleesOf(key, { depth, ...budget }),
    users: () => store.usersOf(key, budget),
    implementations: () => store.implementationsOf(key, budget),
    children: () => store.childrenOf(key, budget),
  };
  const answer = await walks[question as keyof typeof walks]();
  return { data: answer, text: renderWalk(answer) };
}

function answerCycles(answer: Awaited<ReturnType<CodeGraphStore['cycles']>>): StructureAnswer {
  const lines = answer.cycles.map(({ members, edges }) => {
    const more = members.length > SHOWN_MEMBERS ? [`  ... and ${members.length - SHOWN_MEMBERS} more`] : [];
    return [
      `${members.length} members, ${edges} edges`,
      ...members.slice(0, SHOWN_MEMBERS).map((member) => `  ${member}`),
      ...more,
    ].join('\n');
  });
  return {
    data: answer,
    text: `${lines.length === 0 ? 'No cycle' : lines.join('\n')}\n${renderMeta(answer.meta)}`,
  };
}

function answerDeadCode(answer: Awaited<ReturnType<CodeGraphStore['deadCode']>>): StructureAnswer {
  const lines = answer.hits.map(
    ({ key, reason, mentions }) => `${key} (${reason}, ${mentions} mentions of the name)`,
  );
  const exempt = Object.entries(answer.exempt)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${count} ${reason}`);
  const kept = exempt.length === 0 ? '' : `kept though unused: ${exempt.join(', ')}\n`;
  return {
    data: answer,
    text: `${lines.length === 0 ? 'No candidate' : `candidates, not proof:\n${lines.join('\n')}`}\n${kept}${renderMeta(answer.meta)}`,
  };
}

function answerPath(answer: Awaited<ReturnType<CodeGraphStore['pathBetween']>>): StructureAnswer {
  const steps = answer.hits.map(({ key, via }) => `  -> ${key} (${via.kind}, ${via.resolution})`);
  const lines = answer.is_found ? [answer.from, ...steps] : [`No path from ${answer.from} to ${answer.to}`];
  return { data: answer, text: `${lines.join('\n')}\n${renderMeta(answer.meta)}` };
}

function missingKeys(question: StructureQuestion): CliError {
  return new CliError('PT_CLI_USAGE', {
    message: `${question} needs ${question === 'path' ? 'two keys, from and to' : 'a key'}. parseltongue search finds keys`,
    details: { argument: 'key' },
  });
}
