import { spell, step } from '../../model/next-step.ts';
import type { OwnAccess } from '../../model/own-access.ts';

export function renderOwnAccess({ identities, grants, unknown }: OwnAccess, workflowId: string, program: string): string {
  const lines = [
    'What the worker itself may do, read when the run ended. Nothing of it is taken away by this tool.',
    '',
    ...identities.map(({ cloud, id }) => `${cloud}: the worker is ${id}`),
    '',
    ...grants.flatMap((g) => [`- ${g.title}`, `    ${g.kind} ${g.id}`, ...(g.doubt === undefined ? [] : [`    left to you: ${g.doubt}`])]),
    ...(grants.length === 0 ? ['No right of the worker was seen.'] : []),
  ];
  if (unknown.length > 0) lines.push('', 'Not known:', ...unknown.map((u) => `- ${u.system}: ${u.reason}`));
  lines.push('', 'The script that takes it away, for somebody else than the worker to read and run:');
  lines.push(`  ${spell(step('own-access', workflowId, '--format', 'sh'), program)}`);
  return `${lines.join('\n')}\n`;
}
