import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRepository, type TestRepository } from './support/tiny-workspace.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const LIB = 'shapes/src/lib.rs';
let repository: TestRepository;

beforeAll(() => {
  repository = createRepository();
});
afterAll(() => repository.remove());

interface Human {
  /** Undefined: the client cannot ask anybody. */
  answer?: boolean;
}

async function connect(human: Human): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { capabilities: human.answer === undefined ? {} : { elicitation: { form: {} } } },
  );
  if (human.answer !== undefined) {
    client.setRequestHandler('elicitation/create', async () => ({
      action: 'accept' as const,
      content: { confirm: human.answer === true },
    }));
  }
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [MAIN, '-C', repository.root, '--quiet', 'mcp'],
      env: repository.env,
      stderr: 'ignore',
    }),
  );
  return client;
}

async function call(client: Client, name: string, args: Record<string, unknown>) {
  const result = (await client.callTool({ name, arguments: args }, { timeout: 300_000 })) as {
    content: { text: string }[];
    structuredContent?: Record<string, any>;
    isError?: boolean;
  };
  return {
    text: result.content[0]?.text ?? '',
    structured: result.structuredContent ?? {},
    isError: result.isError ?? false,
  };
}

describe('the MCP server', () => {
  it('lists ten tools, reads and writes apart', async () => {
    const client = await connect({});
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'status',
      'search',
      'show',
      'callers',
      'impact',
      'structure',
      'map',
      'propose',
      'preflight',
      'apply',
    ]);
    for (const tool of tools)
      expect([tool.name, tool.annotations?.readOnlyHint]).toEqual([
        tool.name,
        !['propose', 'preflight', 'apply'].includes(tool.name),
      ]);
    await client.close();
  });

  it('answers search, show, impact and map from the graph it keeps fresh', async () => {
    const client = await connect({});
    const found = await call(client, 'search', { query: 'total area' });
    expect(found.text).toContain(`${LIB}-_-total_area`);
    expect(found.text).toMatch(/tiers|shown/);
    const impact = await call(client, 'impact', { keys: [`${LIB}-_-total_area`] });
    expect(impact.text).toContain('report/src/lib.rs-_-describe');
    expect((await call(client, 'map', { budget: 400 })).text).toContain('total_area');
    repository.write('report/src/extra.rs', 'pub fn fresh_function() {}\n');
    expect((await call(client, 'search', { query: 'fresh_function' })).text).toContain(
      'report/src/extra.rs-_-fresh_function',
    );
    repository.git('clean', '-fdq', 'report');
    const wrong = await call(client, 'show', { key: 'nonsense' });
    expect(wrong).toMatchObject({
      isError: true,
      text: expect.stringMatching(/PT_CLI_USAGE.*No row "nonsense"/),
    });
    await client.close();
  });

  it('says of every read how old, how complete and how dear it is', async () => {
    const client = await connect({});
    const key = `${LIB}-_-total_area`;
    const reads: [string, Record<string, unknown>][] = [
      ['status', {}],
      ['search', { query: 'area' }],
      ['show', { key }],
      ['callers', { key }],
      ['impact', { keys: [key] }],
      ['map', {}],
    ];
    for (const [name, input] of reads) {
      const { text } = await call(client, name, input);
      expect(text).toMatch(
        /\n-- [^\n]*unresolved[^\n]*indexed \d{4}-[^\n]* tokens\n$|\n-- indexed \d{4}-[^\n]*unresolved[^\n]* tokens\n$/,
      );
      expect(text).toMatch(/tiers/);
      expect(text.length).toBeLessThan(8000 * 4);
    }
    await client.close();
  });

  it('offers map, plan and receipts as resources and two prompts', async () => {
    const client = await connect({});
    const map = await client.readResource({ uri: 'parseltongue://map' });
    expect((map.contents[0] as { text: string }).text).toContain('total_area');
    await expect(client.readResource({ uri: 'parseltongue://receipts/../../etc' })).rejects.toThrow();
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(['micro-prd', 'review']);
    const prompt = await client.getPrompt({ name: 'micro-prd', arguments: { wish: 'areas in cm' } });
    expect(JSON.stringify(prompt.messages)).toContain('areas in cm');
    await client.close();
  });

  it('drives propose, preflight and apply; a human decides, and without one nothing is written', async () => {
    const silent = await connect({});
    const shown = await call(silent, 'show', { key: `${LIB}-Rect-square` });
    const base_hash = /base_hash ([0-9a-f]{64})/.exec(shown.text)?.[1];
    const body =
      '/// A square.\npub fn square(length: u32) -> Self {\n    Rect { width: length, height: length }\n}';
    const edits = [{ key: `${LIB}-Rect-square`, base_hash, body }];
    const { structured: proposed } = await call(silent, 'propose', { title: 'Name the side', edits });
    expect(proposed.rows).toEqual([`Edit ${LIB}-Rect-square`]);
    const { structured: verified } = await call(silent, 'preflight', { proposal_id: proposed.proposal_id });
    expect(verified.verdict).toBe('passed');
    const input = { proposal_id: proposed.proposal_id, receipt_hash: verified.receipt_hash };
    const unasked = await silent.callTool({ name: 'apply', arguments: input }).then(
      (result) => (result as { isError?: boolean }).isError === true,
      () => true,
    );
    expect(unasked).toBe(true);
    await silent.close();
    const unwilling = await connect({ answer: false });
    expect((await call(unwilling, 'apply', input)).isError).toBe(true);
    await unwilling.close();
    expect(repository.git('status', '--porcelain')).toBe('');
    const willing = await connect({ answer: true });
    const applied = await call(willing, 'apply', input);
    expect(applied.text).toMatch(/^Applied, commit [0-9a-f]{40}/);
    await willing.close();
    expect(repository.git('show', '--stat', '--format=%s', 'HEAD')).toMatch(
      /Name the side[^]*shapes\/src\/lib\.rs/,
    );
  });
});
