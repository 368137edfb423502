import { afterEach, describe, expect, it } from 'vitest';
import { gcpCloud } from '../../../activities/gcp/cloud.ts';
import type { CloudSandbox } from '../../sandbox/cloud-sandbox.ts';
import { contextOf, googleAt } from './in-process.ts';

const ORGANIZATION = { kind: 'gcp-organization', ours: false, id: '900', displayName: 'contoso.example' };
const folder = (id: string, parent: string) => ({ kind: 'gcp-folder', ours: false, id, displayName: id, parent });
let number = 100;
const project = (projectId: string, parent: string) => ({
  kind: 'gcp-project',
  ours: false,
  projectId,
  number: String(number++),
  parent,
});

/** Three levels deep, a sibling of each, and more projects than a page holds. */
const TREE = [
  ORGANIZATION,
  folder('1', 'organizations/900'),
  folder('2', 'organizations/900'),
  folder('11', 'folders/1'),
  folder('111', 'folders/11'),
  project('at-the-top', 'organizations/900'),
  ...['a', 'b', 'c', 'd', 'e'].map((n) => project(`in-two-${n}`, 'folders/2')),
  project('deep-down', 'folders/111'),
];

let sandbox: CloudSandbox;
afterEach(() => sandbox.close());

async function walk(objects: object[], gcp: object) {
  sandbox = await googleAt(objects);
  const walked = await gcpCloud().walk?.(contextOf({ organization: '900', ...gcp }));
  if (!walked) throw new Error('GCP is not walked');
  return { ...walked, systems: walked.systems.toSorted() };
}

describe('Everything below an organisation', () => {
  it('is found level by level, over all pages', async () => {
    const { described, ...walked } = await walk(TREE, { folders: 'all', projects: 'all' });
    expect(described).toContainEqual({ system: 'gcp:projects/deep-down', name: 'deep-down', parent: 'gcp:folders/111' });
    expect(walked).toEqual({
      systems: [
        ...['1', '11', '111', '2'].map((id) => `gcp:folders/${id}`),
        ...['at-the-top', 'deep-down', ...['a', 'b', 'c', 'd', 'e'].map((n) => `in-two-${n}`)].map((id) => `gcp:projects/${id}`),
      ],
      leftOut: [],
      unknown: [],
    });
  });

  it('is only what the manifest says all of', async () => {
    const projectsOnly = await walk(TREE, { projects: 'all' });
    expect(projectsOnly.systems.filter((s) => s.startsWith('gcp:folders/'))).toEqual([]);
    expect(projectsOnly.systems).toHaveLength(7);
    await sandbox.close();
    const foldersOnly = await walk(TREE, { folders: 'all', projects: ['at-the-top'] });
    expect(foldersOnly.systems).toHaveLength(4);
  });

  it('is not asked for in a folder that the manifest leaves out', async () => {
    const denied = { ...folder('21', 'folders/2'), deny: ['resourcemanager.folders.list', 'resourcemanager.projects.list'] };
    sandbox = await googleAt([...TREE, denied]);
    const context = contextOf({ organization: '900', folders: 'all', projects: 'all' });
    const manifest = { ...context.manifest, exclude: { folders: ['2'], projects: ['at-*'] } };
    const walked = await gcpCloud().walk?.({ ...context, manifest });
    expect(walked?.systems.toSorted()).toEqual(['gcp:folders/1', 'gcp:folders/11', 'gcp:folders/111', 'gcp:projects/deep-down']);
    expect(walked?.excluded).toEqual([
      { system: 'gcp:folders/2', rule: 'exclude.folders: 2' },
      { system: 'gcp:projects/at-the-top', rule: 'exclude.projects: at-*' },
    ]);
    expect(walked?.unknown).toEqual([]);
  });

  it('leaves out what is about to be deleted, and says so', async () => {
    const dying = [project('last-year', 'folders/2'), folder('9', 'folders/2')].map((o) => ({ ...o, state: 'DELETE_REQUESTED' }));
    const { systems, leftOut, unknown } = await walk([...TREE, ...dying], { folders: 'all', projects: 'all' });
    expect(systems).toHaveLength(11);
    expect(leftOut.map((l) => l.system).toSorted()).toEqual(['gcp:folders/9', 'gcp:projects/last-year']);
    expect(leftOut[0]?.reason).toContain('DELETE_REQUESTED');
    expect(unknown).toEqual([]);
  });

  it('that cannot be listed is unknown and hides nothing else', async () => {
    const closed = { ...folder('3', 'organizations/900'), deny: ['resourcemanager.folders.list', 'resourcemanager.projects.list'] };
    const half = { ...folder('4', 'organizations/900'), deny: ['resourcemanager.projects.list'] };
    const objects = [...TREE, closed, half, project('behind-it', 'folders/3'), folder('41', 'folders/4'), project('in-half', 'folders/41')];
    const { systems, unknown } = await walk(objects, { folders: 'all', projects: 'all' });
    expect(systems).toContain('gcp:projects/in-half');
    expect(systems).not.toContain('gcp:projects/behind-it');
    expect(new Set(unknown.map((u) => u.system))).toEqual(new Set(['gcp:folders/3', 'gcp:folders/4']));
    expect(unknown[0]?.reason).toContain('resourcemanager.');
  });

  it('throws when the organisation itself shows nothing', async () => {
    const deny = ['resourcemanager.folders.list', 'resourcemanager.projects.list'];
    await expect(walk([{ ...ORGANIZATION, deny }], { folders: 'all', projects: 'all' })).rejects.toThrow('resourcemanager.');
  });
});
