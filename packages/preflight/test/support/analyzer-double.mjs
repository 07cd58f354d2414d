// A language server over stdio that follows a script: real protocol, no Rust. Its argument is the path of a JSON file:
// { version?, startDelayMs?, neverQuiescent?, crashOn?: method, crashOnce?: true, hangOn?: method, modified?: n, deaf?: true, reloadsForNewFiles?: true,
//   hogMiB?: n, health?, message?, encoding?, log?: path }
// It knows these faults: `"x"` in a function that returns String or u32 (E0308), a name with `absent` in it (E0425).
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { createMessageConnection, ResponseError, StreamMessageReader, StreamMessageWriter } =
  require('vscode-jsonrpc/node');
const script = process.argv[2];
const scene = JSON.parse(readFileSync(script, 'utf8'));

if (process.argv.includes('--version')) {
  process.stdout.write(`rust-analyzer ${scene.version ?? '1.999.0 (double)'}\n`);
  process.exit(0);
}

const connection = createMessageConnection(
  new StreamMessageReader(process.stdin),
  new StreamMessageWriter(process.stdout),
);
const open = new Map();
const hog = [];
let modified = scene.modified ?? 0;
let isLoading = false;

connection.onRequest((method, params) => {
  note(method);
  if (scene.crashOn === method && (scene.crashOnce !== true || isFirstCrash())) process.exit(3);
  if (scene.hangOn === method) return new Promise(() => undefined);
  if (method === 'initialize') return initialize(params);
  if (method === 'textDocument/diagnostic') return diagnose(params.textDocument.uri);
  if (method === 'textDocument/references') return [];
  if (method === 'textDocument/codeAction') return listActions(params);
  if (method === 'textDocument/rename') return rename(params);
  return null;
});
connection.onNotification((method, params) => {
  note(method);
  if (method === 'initialized') void load();
  if (method === 'textDocument/didOpen') {
    const { uri, text } = params.textDocument;
    open.set(uri, text);
    if (scene.reloadsForNewFiles === true && !existsSync(fileURLToPath(uri))) void reload();
  }
  if (method === 'textDocument/didClose') open.delete(params.textDocument.uri);
});
connection.onClose(() => process.exit(0));
connection.listen();

function note(method) {
  if (scene.log !== undefined) appendFileSync(scene.log, `${method}\n`);
}

function isFirstCrash() {
  if (existsSync(`${script}.crashed`)) return false;
  writeFileSync(`${script}.crashed`, '');
  return true;
}

/** Says nothing of any file until it was asked about one, as a server does that loads files. */
async function reload() {
  isLoading = true;
  await tellStatus(false);
}

function initialize() {
  return {
    serverInfo: { name: 'double', version: '1' },
    capabilities: { positionEncoding: scene.encoding ?? 'utf-8' },
  };
}

function tellStatus(quiescent) {
  return connection.sendNotification('experimental/serverStatus', {
    health: scene.health ?? 'ok',
    message: scene.message ?? null,
    quiescent,
  });
}

async function load() {
  await tellStatus(false);
  await connection.sendRequest('workspace/configuration', { items: [{ section: 'rust-analyzer' }] });
  await connection.sendRequest('client/registerCapability', { registrations: [] });
  for (let size = 0; size < (scene.hogMiB ?? 0); size += 16) hog.push(Buffer.alloc(16 * 2 ** 20, 1));
  if (scene.neverQuiescent === true) return;
  setTimeout(() => void tellStatus(true), scene.startDelayMs ?? 0);
}

function textOf(uri) {
  const path = fileURLToPath(uri);
  return open.get(uri) ?? (existsSync(path) ? readFileSync(path, 'utf8') : '');
}

function diagnose(uri) {
  if (modified > 0) {
    modified -= 1;
    return new ResponseError(-32801, 'content modified');
  }
  if (isLoading) {
    isLoading = false;
    setTimeout(() => void tellStatus(true), 20);
    return { kind: 'full', items: [] };
  }
  const items = [];
  for (const [line, text] of textOf(uri).split('\n').entries()) {
    if (scene.deaf === true) continue;
    for (const match of text.matchAll(/"x"|\w*absent\w*/g)) {
      if (match[0] === '"x"' && !/-> (String|u32)/.test(text)) continue;
      items.push(describe({ line, text, match }));
    }
  }
  return { kind: 'full', items };
}

function describe({ line, text, match }) {
  const units = (part) => (scene.encoding === 'utf-16' ? part.length : Buffer.byteLength(part));
  const start = units(text.slice(0, match.index));
  const isType = match[0] === '"x"';
  return {
    range: { start: { line, character: start }, end: { line, character: start + units(match[0]) } },
    severity: 1,
    code: isType ? 'E0308' : 'E0425',
    message: isType ? 'expected another type' : `no such value ${match[0]}`,
  };
}

function listActions({ textDocument, range }) {
  const edit = { changes: { [textDocument.uri]: [{ range, newText: 'fixed' }] } };
  return [
    { title: 'Fix it', kind: 'quickfix', isPreferred: true, edit },
    { title: 'Open a page', kind: 'quickfix', command: { title: 'Open', command: 'open' } },
  ];
}

function rename({ textDocument, newName }) {
  const edits = [...textOf(textDocument.uri).split('\n').entries()].flatMap(([line, text]) =>
    [...text.matchAll(/\bdiscount\b/g)].map(({ index }) => ({
      range: { start: { line, character: index }, end: { line, character: index + 8 } },
      newText: newName,
    })),
  );
  return { changes: { [textDocument.uri]: edits } };
}
