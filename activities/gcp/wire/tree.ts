import type { cloudresourcemanager_v3 } from 'googleapis/build/src/apis/cloudresourcemanager/v3.js';
import { PAGE, pages, type Endpoint } from './wire.ts';

/** A folder (`folders/<n>`) or project (`projects/<id>`), with Google's state: ACTIVE or DELETE_REQUESTED. */
export interface TreeNode {
  resource: string;
  state: string;
  /** As people see it. */
  name?: string;
}

export interface TreeApi {
  projectNumber(projectId: string): Promise<string>;
  /** Directly below an organisation or folder, those with a requested deletion included. */
  listFolders(parent: string): Promise<TreeNode[]>;
  listProjects(parent: string): Promise<TreeNode[]>;
  /** What the worker can see, which needs no permission to ask: numbers of organisations that are active. */
  searchOrganizations(): Promise<string[]>;
  searchProjects(): Promise<(TreeNode & { parent?: string })[]>;
  /** What a folder or project lies directly below; undefined where it lies below nothing. */
  parentOf(resource: string): Promise<string | undefined>;
}

export function treeApi(manager: cloudresourcemanager_v3.Cloudresourcemanager, at: Endpoint): TreeApi {
  const folder = (f: cloudresourcemanager_v3.Schema$Folder): TreeNode => ({
    resource: f.name ?? '',
    state: f.state ?? '',
    ...(f.displayName ? { name: f.displayName } : {}),
  });
  const project = (p: cloudresourcemanager_v3.Schema$Project): TreeNode => ({
    resource: `projects/${p.projectId}`,
    state: p.state ?? '',
    ...(p.displayName ? { name: p.displayName } : {}),
  });
  return {
    async projectNumber(projectId) {
      const { data } = await manager.projects.get({ name: `projects/${projectId}` }, at);
      const number = /^projects\/(\d+)$/.exec(data.name ?? '')?.[1];
      if (number === undefined) throw new Error(`Google did not tell the number of project ${projectId}`);
      return number;
    },
    async listFolders(parent) {
      const raw = await pages(async (pageToken) => {
        const { data } = await manager.folders.list({ parent, showDeleted: true, pageSize: PAGE, ...pageToken }, at);
        return { items: data.folders, next: data.nextPageToken };
      });
      return raw.map(folder);
    },
    async listProjects(parent) {
      const raw = await pages(async (pageToken) => {
        const { data } = await manager.projects.list({ parent, showDeleted: true, pageSize: PAGE, ...pageToken }, at);
        return { items: data.projects, next: data.nextPageToken };
      });
      return raw.map(project);
    },
    async searchOrganizations() {
      const raw = await pages(async (pageToken) => {
        const { data } = await manager.organizations.search({ pageSize: PAGE, ...pageToken }, at);
        return { items: data.organizations, next: data.nextPageToken };
      });
      return raw.filter((o) => o.state === 'ACTIVE').map((o) => (o.name ?? '').replace(/^organizations\//, ''));
    },
    async searchProjects() {
      const raw = await pages(async (pageToken) => {
        const { data } = await manager.projects.search({ pageSize: PAGE, ...pageToken }, at);
        return { items: data.projects, next: data.nextPageToken };
      });
      return raw.map((p) => ({ ...project(p), ...(p.parent ? { parent: p.parent } : {}) }));
    },
    async parentOf(name) {
      const { data } = await (name.startsWith('folders/') ? manager.folders.get({ name }, at) : manager.projects.get({ name }, at));
      return data.parent || undefined;
    },
  };
}
