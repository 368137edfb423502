import { collectorAction } from './shared/collector.ts';

export const ready = collectorAction('ready');
