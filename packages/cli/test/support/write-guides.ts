import type { Command } from 'commander';
import { TOOLS } from '../../src/mcp/tools/index.js';

const UPDATE = 'UPDATE_GOLDEN=1 npx vitest run packages/cli/test/guides.golden.test.ts';

/** The page of all verbs, as the program itself declares them. */
export function writeVerbGuide(program: Command): string {
  const rows = program.commands.map(
    (verb) => `| [\`${verb.name()}\`](#${verb.name()}) | ${cell(verb.description())} |`,
  );
  return [
    '# Verbs',
    `Written from the program by \`${UPDATE}\`. Options of every verb:`,
    optionTable(program),
    `| Verb | What it does |\n|---|---|\n${rows.join('\n')}`,
    ...program.commands.map(writeVerb),
    '',
  ].join('\n\n');
}

/** The page of the MCP tools, as a client sees them. */
export function writeToolGuide(): string {
  const rows = TOOLS.map((tool) => `| \`${tool.name}\` | ${kind(tool)} | ${cell(tool.description)} |`);
  return [
    '# MCP tools',
    `Written from the tools by \`${UPDATE}\`. \`parseltongue mcp\` serves them over stdio, \`parseltongue mcp --http <port>\` over HTTP on this machine.`,
    'Every answer of a reading tool ends with the age of the index, its tiers, the unresolved share and its tokens. Failures are texts that begin with a\n[code](../errors.md).',
    `| Tool | Kind | What it does |\n|---|---|---|\n${rows.join('\n')}`,
    ...TOOLS.map(
      (tool) =>
        `## ${tool.name}\n\n${tool.title}. ${tool.description}\n\n${inputTable(tool.input.toJSONSchema())}`,
    ),
    '',
  ].join('\n\n');
}

function writeVerb(verb: Command): string {
  const usage = `parseltongue ${verb.name()} ${verb.usage()}`.trim();
  const args = verb.registeredArguments.map((argument) => {
    const { description, argChoices, required } = argument;
    const choices = argChoices === undefined ? '' : `: ${argChoices.join(', ')}`;
    const name = required ? `<${argument.name()}>` : `[${argument.name()}]`;
    return `| \`${name}\` | ${cell(`${description}${choices}`)} |`;
  });
  const parts = [
    `## ${verb.name()}`,
    `${verb.description()}.`,
    `\`\`\`sh\n${usage}\n${examplesOf(verb)}\n\`\`\``,
  ];
  if (args.length > 0) parts.push(`| Argument | |\n|---|---|\n${args.join('\n')}`);
  if (verb.options.length > 0) parts.push(optionTable(verb));
  return parts.join('\n\n');
}

function optionTable(command: Command): string {
  const rows = command.options.map(({ flags, description, defaultValue, argChoices }) => {
    const given: unknown = defaultValue;
    const choices = argChoices === undefined ? '' : ` (${argChoices.join(', ')})`;
    const shown = typeof given === 'string' || typeof given === 'number' ? `\`${given}\`` : '';
    return `| \`${flags}\` | ${cell(description + choices)} | ${shown} |`;
  });
  return `| Option | | Default |\n|---|---|---|\n${rows.join('\n')}`;
}

/** The examples of `--help`. */
function examplesOf(verb: Command): string {
  let text = '';
  verb.configureOutput({ writeOut: (piece) => void (text += piece) });
  verb.outputHelp();
  const block = /^Examples:\n((?: {2}.+\n)+)/.exec(text)?.[1] ?? '';
  return block
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}

function kind({ isReadOnly, confirm }: (typeof TOOLS)[number]): string {
  if (isReadOnly) return 'reads';
  return confirm === undefined ? 'writes no file of yours' : 'writes, after a yes of the human';
}

interface InputSchema {
  properties?: Record<string, { type?: string; enum?: unknown[]; default?: unknown; description?: string }>;
  required?: string[];
}

function inputTable(schema: unknown): string {
  const { properties = {}, required = [] } = schema as InputSchema;
  const rows = Object.entries(properties).map(
    ([name, { type, enum: values, default: given, description }]) => {
      const shape =
        values === undefined ? (type ?? 'any') : values.map((value) => JSON.stringify(value)).join(', ');
      const need =
        given !== undefined
          ? `default \`${JSON.stringify(given)}\``
          : required.includes(name)
            ? 'needed'
            : '';
      return `| \`${name}\` | ${cell(shape)} | ${need} | ${cell(description ?? '')} |`;
    },
  );
  return rows.length === 0 ? 'Takes nothing.' : `| Input | Type | | |\n|---|---|---|---|\n${rows.join('\n')}`;
}

function cell(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll('|', '\\|').replace(/\s+/g, ' ');
}
