// Enqueues, leases and finishes tasks until it is killed; says on stdout what the queue has confirmed.
import { openTaskQueue } from '../../dist/index.js';

const [dir, round] = process.argv.slice(2);
const say = (line) => process.stdout.write(`${line}\n`);
const queue = await openTaskQueue(dir);
say('open');
for (let i = 0; ; i += 1) {
  const key = `${round}-${i}`;
  const enqueued = queue
    .enqueue({ kind: 'k', payload: { key }, key })
    .then(({ id }) => say(`enqueued ${id}`));
  const task = await queue.lease({ owner: round, leaseMs: 30 });
  if (task !== null) {
    const outcome = await queue.ack(task.id, task.lease.fence, { round });
    if (outcome.isAccepted) say(`done ${task.id} ${round}`);
  }
  await enqueued;
  if (i % 25 === 24) await queue.compact();
}
