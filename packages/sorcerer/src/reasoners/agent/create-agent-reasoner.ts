import type { Edit } from '@parseltongue/isg-core';
import { formatAgentTask } from '../../prompts/propose-v1.js';
import type { Reasoner, ReasonerAnswer } from '../../reasoner.js';
import { redactSecrets } from '../../redact.js';
import type { Agent, AgentEnd, Scratch } from './agent.js';
import { readTree, type TreeFile } from './read-tree.js';

export interface AgentReasonerOptions {
  agent: Agent;
  /** A fresh copy of the tree for each attempt. */
  openScratch: () => Promise<Scratch>;
  /** More changed files than this make the answer unusable, default 200. */
  maxFiles?: number;
}

const DEFAULT_MAX_FILES = 200;

/**
 * A reasoner whose hands are an agent: it works in a scratch tree, and the difference of that tree becomes edits.
 *
 * The user's tree is never its place. Links, binary files and too many files make the answer unusable; what it claims is a
 * note. Protected files, tests and gates judge its edits like all others.
 */
export function createAgentReasoner({
  agent,
  openScratch,
  maxFiles = DEFAULT_MAX_FILES,
}: AgentReasonerOptions): Reasoner {
  return {
    id: `agent:${agent.id}`,
    locality: 'remote',
    async propose(request, { signal, onDelta }) {
      await using scratch = await openScratch();
      const before = await readTree(scratch.dir);
      const end = await agent.work(
        { dir: scratch.dir, instructions: formatAgentTask(request) },
        {
          ...(signal === undefined ? {} : { signal }),
          ...(onDelta === undefined ? {} : { onDelta }),
        },
      );
      if (end.finish !== 'complete') return createAnswer(end, { edits: [], problems: [] });
      return createAnswer(end, compareTrees(before, await readTree(scratch.dir), maxFiles));
    },
  };
}

interface Difference {
  edits: Edit[];
  problems: string[];
}

function createAnswer({ text, usage, finish }: AgentEnd, { edits, problems }: Difference): ReasonerAnswer {
  const notes = redactSecrets(text);
  const isIdle = finish === 'complete' && edits.length + problems.length === 0;
  return {
    edits,
    questions: [],
    notes,
    problems: isIdle ? ['The agent changed no file'] : problems,
    text: notes,
    usage,
    finish,
  };
}

function compareTrees(
  before: ReadonlyMap<string, TreeFile>,
  after: ReadonlyMap<string, TreeFile>,
  maxFiles: number,
): Difference {
  const edits: Edit[] = [];
  const problems: string[] = [];
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  for (const path of paths) {
    const old = before.get(path);
    const now = after.get(path);
    if (old?.hash === now?.hash) continue;
    const base = { target: { path }, base_hash: null, format: 'whole_item' } as const;
    if (now === undefined) edits.push({ ...base, op: 'delete', body: '' });
    else if (now.text === null)
      problems.push(`${path} is ${now.isLink ? 'a link' : 'no text'}: agents change text files only`);
    else edits.push({ ...base, op: old === undefined ? 'create' : 'edit', body: now.text });
  }
  if (edits.length > maxFiles)
    problems.push(`The agent changed ${edits.length} files, more than ${maxFiles}`);
  return { edits, problems };
}
