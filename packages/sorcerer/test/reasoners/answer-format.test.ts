import { describe, expect, it } from 'vitest';
import { parseAnswer } from '../../src/index.js';
import { block } from '../fakes/scripted-reasoner.js';

const KEY = 'src/a-b.rs-Foo-bar';

describe('parseAnswer', () => {
  it.each([
    [
      'an item by key',
      block(`EDIT ${KEY}`, 'fn bar() {}'),
      { target: { key: KEY }, op: 'edit', format: 'whole_item', body: 'fn bar() {}\n' },
    ],
    [
      'search and replace in a file',
      block('EDIT src/a.rs', '<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE'),
      { target: { path: 'src/a.rs' }, format: 'search_replace' },
    ],
    ['a diff', 'EDIT src/a.rs\n```diff\n@@\n-a\n+b\n```', { format: 'unified_diff', body: '@@\n-a\n+b\n' }],
    [
      'a new file',
      block('CREATE src/my-new-file.rs', 'fn x() {}'),
      { target: { path: 'src/my-new-file.rs' }, op: 'create' },
    ],
    [
      'a placed item',
      block(`CREATE after ${KEY}`, 'fn x() {}'),
      { target: { path: 'src/a-b.rs' }, op: 'create', placement: { at: 'after', key: KEY } },
    ],
    ['a deletion', `DELETE ${KEY}\n`, { target: { key: KEY }, op: 'delete', body: '' }],
    ['a path in a folder with dashes', 'DELETE my-cool-dir/x.rs', { target: { path: 'my-cool-dir/x.rs' } }],
    ['a decorated header', `### EDIT \`${KEY}\`\n\n~~~rust\nfn bar() {}\n~~~`, { target: { key: KEY } }],
    ['a bold header with a colon', `**EDIT: ${KEY}**\n\`\`\`\nfn bar() {}\n\`\`\``, { target: { key: KEY } }],
    [
      'Windows line ends',
      block(`EDIT ${KEY}`, 'fn bar() {}').replaceAll('\n', '\r\n'),
      { body: 'fn bar() {}\n' },
    ],
    [
      'a body with a fence inside a longer one',
      `EDIT ${KEY}\n\`\`\`\`rust\n/// x\n\`\`\`\ny\n\`\`\`\nfn bar() {}\n\`\`\`\`\n`,
      { body: '/// x\n```\ny\n```\nfn bar() {}\n' },
    ],
    [
      'a body with a doc test',
      block(`EDIT ${KEY}`, '/// ```\n/// let x = 1;\n/// ```\nfn bar() {}'),
      { body: '/// ```\n/// let x = 1;\n/// ```\nfn bar() {}\n' },
    ],
    [
      'a rest pattern, which is no elision',
      block(`EDIT ${KEY}`, 'fn bar() {\n    let P { x, .. } = p;\n}'),
      { op: 'edit' },
    ],
  ])('reads %s', (_name, text, edit) => {
    const answer = parseAnswer(text);
    expect(answer.problems).toEqual([]);
    expect(answer.edits).toEqual([expect.objectContaining({ base_hash: null, ...edit })]);
  });

  it('keeps the order of blocks, the prose apart, and questions', () => {
    const text = `First this.\n${block(`EDIT ${KEY}`, 'fn bar() {}')}Then that.\nDELETE src/x.rs\nASK Which one, a or b?\n`;
    expect(parseAnswer(text)).toMatchObject({
      edits: [{ op: 'edit' }, { op: 'delete' }],
      notes: 'First this.\nThen that.',
      questions: ['Which one, a or b?'],
      problems: [],
    });
  });

  it.each([
    ['nothing', '', /no EDIT/],
    ['prose that begins with a verb', 'EDIT the function so that it works\nDELETE all of it', /no EDIT/],
    ['a header without a body', `EDIT ${KEY}\nfn bar() {}`, /has no fenced body/],
    ['a body that never ends', `EDIT ${KEY}\n\`\`\`rust\nfn bar() {`, /never closed/],
    ['a fence in the prose that never ends', `Look:\n\`\`\`\nDELETE ${KEY}`, /never closed/],
    ['an empty body', `EDIT ${KEY}\n\`\`\`\n\n\`\`\``, /empty/],
    ['a path outside', block('CREATE ../x.rs', 'x'), /neither a key nor a path/],
    ['a create by key', block(`CREATE ${KEY}`, 'x'), /say where/],
    ['a placement that is no key', block('CREATE after somewhere', 'x'), /is not a key/],
    ['code left out', block(`EDIT ${KEY}`, 'fn bar() {\n    // ... \n}'), /leaves code out/],
    ['code left out in words', block(`EDIT ${KEY}`, '// rest of the function unchanged'), /leaves code out/],
    ['a redacted secret', block(`EDIT ${KEY}`, 'const K: &str = "[redacted]";'), /redacted secret/],
  ])('does not use an answer with %s', (_name, text, problem) => {
    const answer = parseAnswer(text);
    expect(answer.problems.join('\n')).toMatch(problem);
    expect(answer.edits.filter(({ op }) => op === 'delete')).toEqual([]);
  });

  it.each([
    ['inside a fence', `\`\`\`text\nDELETE ${KEY}\n\`\`\``],
    ['in a doc comment', `/// DELETE ${KEY}`],
    ['in a quote', `> DELETE ${KEY}`],
    ['indented', `    DELETE ${KEY}`],
    ['inside the body of another block', block('EDIT src/a.rs', `DELETE ${KEY}`)],
  ])('takes no order %s', (_name, text) => {
    expect(parseAnswer(text).edits.filter(({ op }) => op === 'delete')).toEqual([]);
  });
});
