import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { expect, test } from 'vitest';
import type { Deps } from '../../activities/deps.ts';
import { createActivities, type CarriedActivities } from '../../activities/index.ts';
import { INPUTS } from '../../activities/inputs.ts';

test.for(Object.keys(INPUTS) as (keyof CarriedActivities)[])(
  '%s tells that it lives, however short it is: a worker that died with it is missed soon',
  async (name) => {
    const deps = { journal: { store: { where: 'nowhere' } } } as Deps;
    const activity = createActivities(deps)[name] as (input: unknown) => Promise<unknown>;
    const env = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
    let beats = 0;
    env.on('heartbeat', () => beats++);
    await expect(env.run(activity, {})).rejects.toThrow('is not the name of a run');
    expect(beats).toBeGreaterThan(0);
  },
);
