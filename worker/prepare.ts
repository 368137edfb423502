import { workflowBundle } from './bundle/index.ts';

/** Builds the bundle of workflows into the user's cache ahead of the first worker: for images. Fails where it cannot be kept. */
await workflowBundle(process.env, (why) => {
  throw new Error(why);
});
