import type { RunEvent } from '@parseltongue/isg-core';
import type { Colors } from '../io.js';
import { measureText } from './fit-text.js';
import { renderSparkline } from './sparkline.js';
import { formatDuration } from './table.js';

/** Where a run is, as one line: what passed, what runs, what is to come, and the memory of it all. */
export interface StageBoard {
  update(event: RunEvent): void;
  addMemory(usedBytes: number): void;
  /** At most `columns` wide: without the names of the stages, the memory, the time where they have no room. */
  draw(elapsedMs: number, columns: number): string;
}

type Mark = 'waiting' | 'running' | 'passed' | 'failed' | 'skipped';

const STAGES = ['context', 'propose', 'T0', 'T1', 'T2', 'T3', 'T4', 'T5', 'apply', 'commit'] as const;
const SPARK_WIDTH = 16;
const MIB = 1024 ** 2;

/** A board on which nothing has happened yet. */
export function createStageBoard(colors: Colors): StageBoard {
  const marks = new Map<unknown, Mark>();
  const memory: number[] = [];
  return {
    update(event) {
      if (event.type === 'stage-ended') stopAll(marks);
      for (const [stage, mark] of readMarks(event)) marks.set(stage, mark);
    },
    addMemory: (usedBytes) => void memory.push(usedBytes),
    draw(elapsedMs, columns) {
      const stages = STAGES.map((stage) => drawStage(stage, marks.get(stage) ?? 'waiting', colors)).join(' ');
      const last = memory.at(-1);
      const tail = [
        formatDuration(elapsedMs),
        ...(last === undefined
          ? []
          : [`${renderSparkline(memory, SPARK_WIDTH)} ${Math.round(last / MIB)} MiB`]),
      ];
      const shown = measureText(stages) <= columns ? stages : drawMarks(marks, colors);
      while (tail.length > 0 && measureText([shown, ...tail].join('  ')) > columns) tail.pop();
      return measureText(shown) <= columns ? [shown, ...tail].join('  ') : '';
    },
  };
}

/** One sign a stage and the name of the one that runs, where the names of all have no room. */
function drawMarks(marks: ReadonlyMap<unknown, Mark>, colors: Colors): string {
  return STAGES.map((stage) => {
    const mark = marks.get(stage) ?? 'waiting';
    return drawStage(mark === 'running' ? stage : '', mark, colors);
  }).join('');
}

function drawStage(stage: string, mark: Mark, colors: Colors): string {
  if (mark === 'passed') return colors.green(`✓${stage}`);
  if (mark === 'failed') return colors.red(`✗${stage}`);
  if (mark === 'running') return colors.bold(`▸${stage}`);
  return colors.dim(mark === 'skipped' ? `-${stage}` : `·${stage}`);
}

/** The gate that starts when one has let a proposal through; undefined after the last. */
export function nextGate(gate: unknown): string | undefined {
  const at = STAGES.findIndex((stage) => stage === gate);
  const next = at < 0 ? undefined : STAGES[at + 1];
  return next?.startsWith('T') === true ? next : undefined;
}

/** What still ran when its stage ended did not come to an end. */
function stopAll(marks: Map<unknown, Mark>): void {
  for (const [stage, mark] of marks) if (mark === 'running') marks.set(stage, 'waiting');
}

type Payload = RunEvent['payload'];

/** What an event says about stages; a new attempt wipes what the last one left. */
const MARKS: Partial<Record<RunEvent['type'], (payload: Payload) => [unknown, Mark][]>> = {
  'gate-ended': ({ gate, verdict }) => {
    const next = verdict === 'failed' ? undefined : nextGate(gate);
    return [
      [gate, readVerdict(verdict)],
      ...(next === undefined ? [] : [[next, 'running'] as [unknown, Mark]]),
    ];
  },
  'apply-started': () => [['apply', 'running']],
  'apply-ended': ({ status }) => [['apply', status === 'applied' ? 'passed' : 'failed']],
  'commit-created': () => [['commit', 'passed']],
  'rows-proposed': () => [['propose', 'passed']],
  'stage-started': ({ stage }) => {
    if (stage !== 'attempt') return [[stage === 'verify' ? 'T0' : stage, 'running']];
    return [...STAGES.slice(1).map((name): [string, Mark] => [name, 'waiting']), ['propose', 'running']];
  },
  'stage-ended': ({ stage }) => (stage === 'context' ? [[stage, 'passed']] : []),
};

function readMarks({ type, payload }: RunEvent): [unknown, Mark][] {
  return MARKS[type]?.(payload) ?? [];
}

function readVerdict(verdict: unknown): Mark {
  if (verdict === 'passed') return 'passed';
  return verdict === 'not_run' ? 'skipped' : 'failed';
}
