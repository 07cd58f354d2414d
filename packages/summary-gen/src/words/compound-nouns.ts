// Nouns a verb's stem names together with what follows: a sort key sorts nothing, it is what sorting goes by.
const COMPOUNDS: Readonly<Record<string, ReadonlySet<string>>> = Object.fromEntries(
  Object.entries({
    accept: 'encoding language type header',
    build: 'dir directory hash id mode number options profile script target type version',
    close: 'code reason',
    commit: 'hash id message',
    connect: 'error timeout',
    display: 'mode name order width',
    exec: 'mode path',
    fetch: 'size',
    fill: 'char character color factor ratio value',
    group: 'id index key kind name names',
    hash: 'code',
    install: 'dir directory path prefix',
    join: 'error handle key type',
    list: 'item items type',
    load: 'average error factor',
    lock: 'file path',
    map: 'entry key size',
    match: 'error index kind len length mode pattern type',
    merge: 'base',
    parse: 'error mode',
    process: 'group id name',
    read: 'buf buffer error half timeout',
    render: 'mode target',
    report: 'path',
    search: 'dir mode path paths',
    slice: 'len',
    sort: 'by direction key keys mode order',
    split: 'point',
    start: 'line offset pattern pos position state time',
    stream: 'id kind',
    transform: 'matrix',
    view: 'box',
    wait: 'duration status time timeout',
    write: 'buf buffer error half timeout',
  }).map(([verb, nouns]) => [verb, new Set(nouns.split(' '))]),
);

/** True when two words form a noun although the first is a verb elsewhere: `sort key`, `read timeout`. */
export function isCompoundNoun(words: readonly string[]): boolean {
  const [first = '', second = ''] = words;
  return words.length === 2 && Object.hasOwn(COMPOUNDS, first) && COMPOUNDS[first]?.has(second) === true;
}
