import type { Evidence } from '../evidence.js';
import type { RunState } from '../run-state.js';
import type { Breakpoint } from './breakpoint.js';

const OPTIONS: Readonly<Record<Breakpoint['options'][number], string>> = {
  apply: 'write the verified proposal',
  answer: 'answer the question and go on',
  continue: 'go on where it stopped',
  approve: 'accept the PRD and plan the change',
  modify: 'say what should be different; context and evidence are kept',
  reject: 'end the run; the tree stays as it is',
};

/** A question as a Markdown page: what the run understood, what was executed and found, what can be answered. */
export function formatAsk({
  breakpoint,
  state,
  evidence,
}: {
  breakpoint: Breakpoint;
  state: RunState;
  evidence: readonly Evidence[];
}): string {
  const attempts = state.attempts.map(
    ({ number, strategy, decision, report }) =>
      `${number}. ${strategy}. Gates: ${report?.verdict ?? 'not run'}; decided by ${decision?.rule_id ?? 'nothing yet'}.`,
  );
  const facts = Object.entries(breakpoint.facts).map(([name, value]) => `- ${name}: ${String(value)}`);
  return [
    `# ${breakpoint.type}`,
    '',
    breakpoint.question,
    '',
    '## What was asked for',
    '',
    state.settings?.request ?? '',
    ...state.clarifications.map(({ question, answer }) => `\n- ${question}\n  ${answer}`),
    '',
    '## What was tried',
    '',
    ...(attempts.length > 0 ? attempts : ['Nothing yet.']),
    '',
    '## Evidence',
    '',
    ...(evidence.length > 0
      ? evidence.map(({ kind, message }) => `- ${kind}: ${message.replace(/\n/g, '\n  ')}`)
      : ['None.']),
    '',
    '## Why it stopped here',
    '',
    ...facts,
    '',
    '## Options (none is taken by itself)',
    '',
    ...breakpoint.options.map((option) => `- ${option}: ${OPTIONS[option]}`),
    '',
  ].join('\n');
}
