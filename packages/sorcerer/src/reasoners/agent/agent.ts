import type { Finish, ReasonerUsage } from '../../reasoner.js';

/** What an agent is asked to do. */
export interface AgentTask {
  /** Its scratch tree: the only place it works in, thrown away afterwards. */
  dir: string;
  /** Request, plan and evidence. */
  instructions: string;
}

/** How an agent stopped. What it says about tests counts for nothing. */
export interface AgentEnd {
  text: string;
  usage: ReasonerUsage;
  /** Only `complete` work is looked at. */
  finish: Finish;
}

/** A program that edits files by itself, used as hands: its diff becomes future rows and takes the way of every proposal. */
export interface Agent {
  readonly id: string;
  /**
   * Works in the scratch tree until it is done.
   *
   * @throws SorcererError with `retryable` true when the same call may succeed later
   */
  work(
    task: AgentTask,
    options: { signal?: AbortSignal; onDelta?: (text: string) => void },
  ): Promise<AgentEnd>;
}

/** A scratch tree that goes away with its handle. */
export interface Scratch extends AsyncDisposable {
  readonly dir: string;
}
