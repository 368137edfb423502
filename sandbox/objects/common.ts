import { z } from 'zod';

/** Fields that objects of several clouds share. `ours` is for the sandbox's own report; no cloud API shows it. */
export const guid = z.guid();
export const ours = z.boolean();
export const json = z.record(z.string(), z.json());
export const tags = z.record(z.string(), z.string()).default({});
