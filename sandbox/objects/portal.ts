import { z } from 'zod';
import { json, object } from './common.ts';

/** Data collectors. */
export const portal = [
  object('portal-collector', {
    id: z.string(),
    type: z.enum(['aws', 'azure', 'gcp']),
    name: z.string(),
    status: z.enum(['Pending', 'Discovering', 'In progress', 'Onboarded']).default('Onboarded'),
    online: z.boolean().default(true),
    /** Mail address the one-time password goes to. */
    recipient: z.email(),
    configuration: json.default({}),
  }),
] as const;
