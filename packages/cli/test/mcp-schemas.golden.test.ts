import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import { createMcpServer } from '../src/mcp/create-server.js';

const GOLDEN = new URL('./golden/mcp-tools.json', import.meta.url);
const LIMIT_CHARACTERS = 6000;

async function listTools() {
  const host = {
    callTool: () => Promise.reject(new Error('no')),
    readResource: () => Promise.reject(new Error('no')),
  };
  const server = createMcpServer(host);
  const client = new Client({ name: 'pin', version: '1.0.0' }, {});
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(far), client.connect(near)]);
  const { tools } = await client.listTools();
  await client.close();
  return tools;
}

describe('the tool schemas', () => {
  it('are the pinned ones, in the pinned order', async () => {
    const tools = await listTools();
    const text = `${JSON.stringify(tools, null, 2)}\n`;
    if (process.env.UPDATE_GOLDEN === '1' || !existsSync(GOLDEN)) writeFileSync(GOLDEN, text);
    expect(text).toBe(readFileSync(GOLDEN, 'utf8'));
  });

  it('cost a client at most 6,000 characters, twelve tools, two kilobytes a description', async () => {
    const tools = await listTools();
    expect(JSON.stringify(tools).length).toBeLessThanOrEqual(LIMIT_CHARACTERS);
    expect(tools.length).toBeLessThanOrEqual(12);
    for (const { name, title, description, annotations } of tools) {
      expect([name, typeof title, (description ?? '').length < 2048]).toEqual([name, 'string', true]);
      expect([name, typeof annotations?.readOnlyHint, typeof annotations?.destructiveHint]).toEqual([
        name,
        'boolean',
        'boolean',
      ]);
      expect(description).not.toMatch(/\b(always|must|never) (use|call|run)\b/i);
    }
  });
});
