import { quote } from '../../model/quote.ts';

/** What a second terminal needs to speak with a demonstration, and nothing else of its environment. */
const NAMES = ['OFFBOARD_HOME', 'TEMPORAL_ADDRESS', 'OFFBOARD_TASK_QUEUE'];

/** One line for a shell, to be copied: after it every command goes to this demonstration. */
export function exportLine(env: NodeJS.ProcessEnv): string {
  return `export ${NAMES.map((name) => `${name}=${quote(env[name] ?? '')}`).join(' ')}`;
}
