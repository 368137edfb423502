import { collectorCommand } from './shared/collector.ts';

export const ready = collectorCommand(
  'ready',
  'Say that you are there for the one-time password of a collector: only now its deletion is requested.',
);
