import type { RunEvent } from '@parseltongue/isg-core';
import type { Colors } from '../io.js';
import { renderSparkline } from './sparkline.js';
import { formatDuration } from './table.js';

/** Where a run is, as one line: what passed, what runs, what is to come, and the memory of it all. */
export interface StageBoard {
  update(event: RunEvent): void;
  addMemory(usedBytes: number): void;
  /** At most `columns` wide. */
  draw(elapsedMs: number, columns: number): string;
}

type Mark = 'waiting' | 'running' | 'passed' | 'failed' | 'skipped';

const STAGES = ['context', 'propose', 'T0', 'T1', 'T2', 'T3', 'T4', 'T5', 'apply', 'commit'] as const;
const SPARK_WIDTH = 16;
const MIB = 1024 ** 2;

/** A board on which nothing has happened yet. */
export function createStageBoard(colors: Colors): StageBoard {
  const marks = new Map<string, Mark>();
  const memory: number[] = [];
  return {
    update(event) {
      for (const [stage, mark] of readMarks(event)) marks.set(stage, mark);
    },
    addMemory: (usedBytes) => void memory.push(usedBytes),
    draw(elapsedMs, columns) {
      const stages = STAGES.map((stage) => drawStage(stage, marks.get(stage) ?? 'waiting', colors)).join(' ');
      const plainWidth = STAGES.join(' ').length + 2 * STAGES.length;
      const last = memory.at(-1);
      const tail = [
        formatDuration(elapsedMs),
        ...(last === undefined
          ? []
          : [`${renderSparkline(memory, SPARK_WIDTH)} ${Math.round(last / MIB)} MiB`]),
      ];
      while (tail.length > 0 && plainWidth + tail.join('  ').length + 2 > columns) tail.pop();
      if (plainWidth > columns) return formatDuration(elapsedMs).slice(0, columns);
      return [stages, ...tail].join('  ');
    },
  };
}

function drawStage(stage: string, mark: Mark, colors: Colors): string {
  if (mark === 'passed') return colors.green(`✓${stage}`);
  if (mark === 'failed') return colors.red(`✗${stage}`);
  if (mark === 'running') return colors.bold(`▸${stage}`);
  return colors.dim(mark === 'skipped' ? `-${stage}` : `·${stage}`);
}

/** What one event says about stages; a new attempt wipes what the last one left. */
function readMarks({ type, payload }: RunEvent): [string, Mark][] {
  const { stage, gate, verdict, status } = payload;
  if (type === 'gate-started') return [[String(gate), 'running']];
  if (type === 'gate-ended') return [[String(gate), readVerdict(verdict)]];
  if (type === 'apply-started') return [['apply', 'running']];
  if (type === 'apply-ended') return [['apply', status === 'applied' ? 'passed' : 'failed']];
  if (type === 'commit-created') return [['commit', 'passed']];
  if (type === 'stage-started' && stage === 'attempt')
    return [...STAGES.slice(1).map((name): [string, Mark] => [name, 'waiting']), ['propose', 'running']];
  if (type === 'stage-started' && stage === 'context') return [['context', 'running']];
  if (type === 'stage-ended' && stage === 'context') return [['context', 'passed']];
  if (type === 'rows-proposed') return [['propose', 'passed']];
  return [];
}

function readVerdict(verdict: unknown): Mark {
  if (verdict === 'passed') return 'passed';
  return verdict === 'not_run' ? 'skipped' : 'failed';
}
