import type { ToolDefinition } from '../define-tool.js';
import { applyTool } from './apply.js';
import { callersTool } from './callers.js';
import { impactTool } from './impact.js';
import { mapTool } from './map.js';
import { preflightTool } from './preflight.js';
import { proposeTool } from './propose.js';
import { searchTool } from './search.js';
import { showTool } from './show.js';
import { statusTool } from './status.js';
import { structureTool } from './structure.js';

/** Every tool, in the order clients list them; the order is part of the contract, so that prompts stay cached. */
export const TOOLS: readonly ToolDefinition[] = [
  statusTool,
  searchTool,
  showTool,
  callersTool,
  impactTool,
  structureTool,
  mapTool,
  proposeTool,
  preflightTool,
  applyTool,
];
