// Writes docs/errors.md from the sources: every code of every package, when it is thrown, its message, its details. `--check` only compares.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const target = join(root, 'docs', 'errors.md');
const text = render(readdirSync(join(root, 'packages')).sort().map(readPackage));

if (process.argv.includes('--check')) {
  if (existsSync(target) && readFileSync(target, 'utf8') === text) process.exit(0);
  process.stderr.write('docs/errors.md is out of date. Run: node tools/docs/generate-errors.mjs\n');
  process.exit(1);
}
writeFileSync(target, text);

function readPackage(name) {
  const folder = join(root, 'packages', name, 'src');
  const codes = new Map();
  const files = readdirSync(folder, { recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .sort();
  const sources = files.map((file) =>
    ts.createSourceFile(file, readFileSync(join(folder, file), 'utf8'), ts.ScriptTarget.ES2022, true),
  );
  for (const source of sources) visit(source, (node) => collectCode(node, codes));
  for (const source of sources) visit(source, (node) => collectMessage(node, codes));
  return { name, codes };
}

function visit(node, take) {
  take(node);
  ts.forEachChild(node, (child) => visit(child, take));
}

/** `interface XErrorDetails { PT_...: { ... } }` is the table of a package. */
function collectCode(node, codes) {
  if (!ts.isInterfaceDeclaration(node) || !node.name.text.endsWith('ErrorDetails')) return;
  for (const member of node.members) {
    const code = member.name?.getText();
    const docs = ts
      .getJSDocCommentsAndTags(member)
      .map((doc) => (typeof doc.comment === 'string' ? doc.comment : ''));
    codes.set(code, {
      details: member.type?.getText().replace(/\s+/g, ' ') ?? '',
      docs: docs.join(' '),
      messages: new Set(),
    });
  }
}

/** `new XError('PT_...', { message: ... })`, also inside functions that only build the error. */
function collectMessage(node, codes) {
  if (!ts.isNewExpression(node)) return;
  const [code, init] = node.arguments ?? [];
  if (
    code === undefined ||
    !ts.isStringLiteral(code) ||
    !codes.has(code.text) ||
    init === undefined ||
    !ts.isObjectLiteralExpression(init)
  )
    return;
  const property = init.properties.find((candidate) => candidate.name?.getText() === 'message');
  const value =
    property !== undefined && ts.isPropertyAssignment(property) ? property.initializer : undefined;
  if (value !== undefined && (ts.isStringLiteral(value) || ts.isNoSubstitutionTemplateLiteral(value)))
    codes.get(code.text).messages.add(value.text);
  else if (value !== undefined && ts.isTemplateExpression(value))
    codes.get(code.text).messages.add(fillHoles(value));
}

function fillHoles(template) {
  const spans = template.templateSpans.map(
    (span) => `<${lastName(span.expression.getText())}>${span.literal.text}`,
  );
  return template.head.text + spans.join('');
}

function lastName(expression) {
  return /([A-Za-z_]+)\W*$/.exec(expression)?.[1] ?? 'value';
}

function render(packages) {
  const parts = [
    '# Errors\n\nGenerated from the sources by `node tools/docs/generate-errors.mjs`. Every error has a `code`, a `message` that says what to do next, JSON-safe\n`details` and `retryable`. Programs compare codes, never messages.\n',
  ];
  for (const { name, codes } of packages.filter(({ codes: table }) => table.size > 0)) {
    parts.push(`\n## ${name}\n`);
    for (const [code, entry] of [...codes].sort(([a], [b]) => (a < b ? -1 : 1)))
      parts.push(renderCode(code, entry));
  }
  return parts.join('');
}

function renderCode(code, { details, docs, messages }) {
  const lines = [`\n### ${code}\n`];
  if (docs !== '') lines.push(`\n${docs}\n`);
  for (const message of [...messages].sort()) lines.push(`\n> ${message.replace(/\n/g, ' ')}\n`);
  lines.push(`\nDetails: \`${details}\`\n`);
  return lines.join('');
}
