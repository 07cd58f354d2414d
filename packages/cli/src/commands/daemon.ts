import { Argument } from 'commander';
import { EXIT } from '../exit-codes.js';
import { countOf } from '../render/table.js';
import type { AddVerb, Invocation, VerbAnswer } from '../verb.js';
import { parsePositive } from './options.js';

type Action = 'start' | 'stop' | 'status' | 'run';

const IDLE_SECONDS = 600;

/** `daemon`: the process that owns the repository for all clients of this user. */
export const addDaemonVerb: AddVerb = (program, host) => {
  program
    .command('daemon')
    .description('the process that owns this repository for all your clients at once')
    .addArgument(
      new Argument('[action]', 'what to do').choices(['start', 'stop', 'status', 'run']).default('status'),
    )
    .option('--idle-seconds <n>', 'how long it lives without clients', parsePositive, IDLE_SECONDS)
    .addHelpText(
      'before',
      'Examples:\n  parseltongue daemon start\n  parseltongue daemon status --json\n  parseltongue daemon stop\n',
    )
    .action(
      host.run((invocation, action: Action, flags: { idleSeconds: number }) =>
        action === 'run' ? serve(invocation, flags.idleSeconds) : control(invocation, action),
      ),
    );
};

async function serve({ context, globals, runCli }: Invocation, idleSeconds: number): Promise<VerbAnswer> {
  const { locateRepository } = await import('../config/locate-repository.js');
  const { serveDaemon } = await import('../daemon/serve-daemon.js');
  const { chooseGates } = await import('../compose.js');
  const place = await locateRepository({ ...globals, env: context.env });
  const end = await serveDaemon({
    place,
    context,
    idleMs: idleSeconds * 1000,
    gates: chooseGates(globals),
    runCli,
  });
  return {
    exitCode: EXIT.ok,
    json: { contract: 'pt.cli.daemon/1', end },
    text: `The daemon ended: ${end}\n`,
  };
}

async function control(
  { context, globals, config }: Invocation,
  action: Exclude<Action, 'run'>,
): Promise<VerbAnswer> {
  const { locateRepository } = await import('../config/locate-repository.js');
  const { connectDaemon } = await import('../daemon/connect-daemon.js');
  const { ensureDaemon } = await import('../daemon/ensure-daemon.js');
  const place = await locateRepository({ ...globals, env: context.env });
  await using client =
    action === 'start'
      ? await ensureDaemon({ place, context, config })
      : await connectDaemon(place, context.env);
  const status = await client?.status();
  if (action === 'stop') await client?.stop();
  const isRunning = status !== undefined && action !== 'stop';
  const { root: _root, ...facts } = status ?? { root: '' };
  const running = status === undefined ? 'No daemon owns this repository' : describe(status);
  return {
    exitCode: isRunning || action === 'stop' ? EXIT.ok : EXIT.negative,
    json: { contract: 'pt.cli.daemon/1', is_running: isRunning, ...facts },
    text: `${action === 'stop' && status !== undefined ? 'Stopped. It was: ' : ''}${running}\n`,
  };
}

function describe(status: {
  pid: number;
  clients: number;
  requests: number;
  rss_bytes: number;
  started: string;
}): string {
  const mib = Math.round(status.rss_bytes / 1024 ** 2);
  return `daemon ${status.pid}, since ${status.started}, ${countOf(status.clients, 'client')}, ${countOf(status.requests, 'request')}, ${mib} MiB`;
}
