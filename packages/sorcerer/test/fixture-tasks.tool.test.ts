import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PrdSchema, parseAnswer } from '../src/index.js';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const folder = `${repository}fixtures/tasks`;
const names = readdirSync(folder).filter((name) => name.endsWith('.task'));
const stages = ['isg-core', 'chunk-streamer', 'codegraph-store', 'preflight', 'sorcerer'];
const isBuilt = stages.every((stage) => existsSync(`${repository}packages/${stage}/dist/index.js`));

function readTask(name: string): Record<string, string> {
  const parts = readFileSync(`${folder}/${name}`, 'utf8')
    .split(/^=== (\w+)\n/m)
    .slice(1);
  return Object.fromEntries(parts.flatMap((part, i) => (i % 2 === 0 ? [[part, parts[i + 1] ?? '']] : [])));
}

describe('the fixture tasks', () => {
  it('are at least sixty, of every category', () => {
    const tasks = names.map(
      (name) => JSON.parse(readTask(name)['task'] ?? '') as { category: string; lie: string },
    );
    expect(tasks.length).toBeGreaterThanOrEqual(60);
    const categories = [
      'api',
      'bug',
      'feature',
      'lifetime',
      'macro',
      'multi-file',
      'rename',
      'trait',
      'workspace',
    ];
    expect([...new Set(tasks.map(({ category }) => category))].sort()).toEqual(categories);
    expect(new Set(tasks.map(({ lie }) => lie)).size).toBeGreaterThanOrEqual(12);
  });

  it.each(names)('%s has a PRD, hidden tests apart, and three proposals that can be read', (name) => {
    const sections = readTask(name);
    const task = JSON.parse(sections['task'] ?? '') as {
      request: string;
      kind: string;
      behaviours: unknown;
      acceptance: string;
      hidden: string;
    };
    const { request, kind, behaviours, acceptance, hidden } = task;
    const prd = {
      schema_version: 'pt.prd/1',
      version: 1,
      request,
      kind,
      title: request.slice(0, 200),
      behaviours,
      out_of_scope: [],
      acceptance: [{ path: acceptance, text: sections['visible'] }],
    };
    expect(PrdSchema.safeParse(prd).error?.message).toBeUndefined();
    expect(hidden).not.toBe(acceptance);
    for (const proposal of ['good', 'wrong', 'lying']) {
      const answer = parseAnswer(sections[proposal] ?? '');
      expect(answer.problems, proposal).toEqual([]);
      expect(answer.edits.length, proposal).toBeGreaterThan(0);
    }
    expect(new Set([sections['good'], sections['wrong'], sections['lying']]).size).toBe(3);
  });

  it.runIf(isBuilt)(
    'let the good proposal pass and stop the others, through the real gates',
    { timeout: 600_000 },
    () => {
      const run = spawnSync(
        process.execPath,
        [`${repository}benchmarks/tasks.mjs`, '--only', 'range-end', '--json'],
        {
          encoding: 'utf8',
          env: { ...process.env, CARGO_NET_OFFLINE: 'true' },
        },
      );
      const { summary } = JSON.parse(run.stdout) as { summary: object };
      expect(summary).toMatchObject({
        solved: 1,
        falseBlock: 0,
        falseAccept: 0,
        wrongAccepted: 0,
        lyingAccepted: 0,
      });
    },
  );
});
