import { expect, test } from 'vitest';
import { userCache } from '../../temporal/user-cache.ts';

test.each<[NodeJS.Platform, NodeJS.ProcessEnv, string]>([
  ['linux', {}, '/home/sam/.cache/mepm-offboard'],
  ['linux', { XDG_CACHE_HOME: '/var/cache/sam' }, '/var/cache/sam/mepm-offboard'],
  ['linux', { XDG_CACHE_HOME: 'not/absolute' }, '/home/sam/.cache/mepm-offboard'],
  ['linux', { XDG_CACHE_HOME: '' }, '/home/sam/.cache/mepm-offboard'],
  ['darwin', {}, '/home/sam/Library/Caches/mepm-offboard'],
  ['darwin', { XDG_CACHE_HOME: '/var/cache/sam' }, '/var/cache/sam/mepm-offboard'],
  ['win32', { LOCALAPPDATA: '/c/local' }, '/c/local/mepm-offboard'],
  ['win32', {}, '/home/sam/AppData/Local/mepm-offboard'],
])('on %s with %o the cache of all clones is %s', (platform, environment, folder) => {
  expect(userCache(environment, platform, '/home/sam')).toBe(folder);
});
