import { EXIT_CODES, OffboardError } from '../model/errors.ts';
import { visibleLines } from '../model/visible.ts';
import { spell } from '../model/next-step.ts';
import { helpOf, parse, type Command, type Io } from './terminal/command.ts';
import { COMMANDS } from './commands/index.ts';

/** The CLI. Resolves to the exit code; what went wrong is told on stderr, and with --json as JSON on stdout, too. */
export async function main(args: string[], given: Io): Promise<number> {
  const io = shownBy(given);
  const [name, ...rest] = args;
  try {
    if (name === undefined || name === 'help' || name === '--help') {
      io.out(overview(io.program));
      return name === undefined ? EXIT_CODES.Usage : 0;
    }
    const command = COMMANDS.find((c) => c.name === name);
    if (!command) throw new OffboardError('Usage', `${name} is not a command; ${io.program} help lists them`);
    const input = parse(command, rest);
    if (input.values['help']) {
      io.out(helpOf(command, io.program));
      return 0;
    }
    const action = await command.load();
    const key = input.values['sign-with'];
    const env = {
      ...io.env,
      ...(typeof key === 'string' ? { OFFBOARD_SSH_KEY: key } : {}),
      ...(input.values['sign-in'] === true ? { OFFBOARD_SIGN_IN: '1' } : {}),
    };
    return (await action.run(input, { ...io, env })) || 0;
  } catch (error) {
    if (!(error instanceof OffboardError)) throw error;
    io.err([`offboard: ${error.message}`, ...error.next.map((step) => `  ${spell(step, io.program)}`), ''].join('\n'));
    if (rest.includes('--json')) io.out(JSON.stringify({ error: error.code, message: error.message, next: error.next }));
    return EXIT_CODES[error.code];
  }
}

/** Whatever a name holds, it moves no cursor, hides nothing and turns nothing round on the terminal; JSON stays the same JSON. */
function shownBy(io: Io): Io {
  // A stream's write answers whether it took the text: where that came back, it would be taken for an exit code.
  const by = (write: (text: string) => void) => (text: string) => {
    write(visibleLines(text));
  };
  return { ...io, out: by(io.out), err: by(io.err) };
}

function overview(program: string): string {
  const width = Math.max(...COMMANDS.map((c: Command) => c.name.length));
  return [
    'offboard takes Microsoft Entra Permissions Management out of a tenant, in the order of Microsoft’s guide.',
    '',
    ...COMMANDS.map((c) => `  ${c.name.padEnd(width)}  ${c.summary}`),
    '',
    'In a clone of the project, offboard is: npm run offboard -- COMMAND',
    `${program} COMMAND --help tells its options; docs/exit-codes.md tells the exit codes.`,
  ].join('\n');
}
