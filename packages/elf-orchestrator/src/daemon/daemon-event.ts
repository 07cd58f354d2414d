import type { FleetEvent } from '../fleet/fleet-event.js';
import type { JobEvent } from '../jobs/job-runner.js';
import type { PressureLevel } from '../pressure/pressure-level.js';
import type { PressureActionEvent } from '../pressure/pressure-responder.js';
import type { DownloadProgress } from '../registry/download-file.js';

type BareEvent =
  | FleetEvent
  | JobEvent
  | PressureActionEvent
  | { type: 'daemon-started'; pid: number; recoveredTasks: number }
  | { type: 'daemon-stopping'; reason: string }
  | {
      type: 'pressure-changed';
      from: PressureLevel;
      to: PressureLevel;
      memRatio: number;
      systemRatio: number;
    }
  | ({ type: 'install-progress'; model: string } & DownloadProgress)
  | { type: 'model-unhealthy'; model: string; problem: string | null };

/** Something that happened in the daemon; `at` is in milliseconds since the epoch. */
export type DaemonEvent = BareEvent & { at: number };

/** An event before its time is noted. */
export type NewDaemonEvent = BareEvent;
