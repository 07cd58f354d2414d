import type { Progress } from '@parseltongue/isg-core';
import { NotificationType, RequestType, RequestType0 } from 'vscode-jsonrpc/node';
import type { ToolAnswer } from '../mcp/define-tool.js';

/** Grows when a request or answer changes; a client of another version works on its own. */
export const DAEMON_PROTOCOL = 2;

/** What a daemon says about itself. */
export interface DaemonStatus {
  protocol: number;
  version: string;
  pid: number;
  root: string;
  started: string;
  clients: number;
  /** Requests answered since the start. */
  requests: number;
  rss_bytes: number;
  /** True while every change of a file reaches the daemon. */
  is_watching: boolean;
}

/** One command line, run by the daemon for the person at the client. */
export interface VerbRequest {
  id: string;
  argv: string[];
  cwd: string;
  env: Record<string, string>;
  isInteractive: boolean;
  canAnswer: boolean;
  hasColors: boolean;
  columns: number | null;
  progressColumns: number | null;
}

/** Text a verb wrote, on its way to the client. */
export interface VerbOutput {
  id: string;
  to: 'out' | 'err';
  text: string;
}

/** One call of a tool. */
export interface ToolRequest {
  id: string;
  name: string;
  input: Record<string, unknown>;
}

/** An error as data, so that its code survives the way. */
export interface RemoteFailure {
  code: string;
  message: string;
}

export const StatusRequest = new RequestType0<DaemonStatus, void>('status');
export const StopRequest = new RequestType0<null, void>('stop');
/** A file changed: the next answer looks at the tree. */
export const TouchRequest = new RequestType0<null, void>('touch');
export const CompleteRequest = new RequestType<{ prefix: string }, string[], void>('complete');
export const RunVerbRequest = new RequestType<VerbRequest, { status: number }, void>('verb');
export const CallToolRequest = new RequestType<ToolRequest, ToolAnswer, RemoteFailure>('tool');
export const ReadResourceRequest = new RequestType<{ uri: string }, { text: string }, RemoteFailure>(
  'resource',
);
export const OutputNotification = new NotificationType<VerbOutput>('output');
export const AskRequest = new RequestType<{ id: string; question: string }, { answer: string | null }, void>(
  'ask',
);
export const ToolProgressNotification = new NotificationType<{ id: string; progress: Progress }>('progress');
