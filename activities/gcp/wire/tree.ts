import type { cloudresourcemanager_v3 } from 'googleapis/build/src/apis/cloudresourcemanager/v3.js';
import { z } from 'zod';
import { PAGE, pages, shaped, text, type Endpoint } from './wire.ts';

/** A folder (`folders/<n>`) or project (`projects/<id>`), with Google's state: ACTIVE or DELETE_REQUESTED. */
export interface TreeNode {
  resource: string;
  state: string;
  /** As people see it. */
  name?: string;
}

const Node = z.object({ name: z.string().min(1), state: text, displayName: text, parent: text });
const Project = Node.extend({ projectId: z.string().min(1) });
const Numbered = z.object({ name: z.string().regex(/^projects\/\d+$/, 'is no number of a project') });

/** Organisations, folders and projects. */
export function treeApi({ folders, organizations, projects }: cloudresourcemanager_v3.Cloudresourcemanager, at: Endpoint) {
  return {
    async projectNumber(projectId: string): Promise<string> {
      const { data } = await projects.get({ name: `projects/${projectId}` }, at);
      return shaped(`project ${projectId}`, Numbered, data).name.slice('projects/'.length);
    },
    /** Directly below an organisation or folder, those with a requested deletion included. */
    async listFolders(parent: string): Promise<TreeNode[]> {
      const found = await pages('folders', Node, (token) => folders.list({ parent, showDeleted: true, pageSize: PAGE, ...token }, at));
      return found.map((f) => node(f.name, f));
    },
    async listProjects(parent: string): Promise<TreeNode[]> {
      const found = await pages('projects', Project, (token) => projects.list({ parent, showDeleted: true, pageSize: PAGE, ...token }, at));
      return found.map((p) => node(`projects/${p.projectId}`, p));
    },
    /** What the worker can see, which needs no permission to ask: numbers of organisations that are active. */
    async searchOrganizations(): Promise<string[]> {
      const found = await pages('organizations', Node, (token) => organizations.search({ pageSize: PAGE, ...token }, at));
      return found.filter((o) => o.state === 'ACTIVE').map((o) => o.name.replace(/^organizations\//, ''));
    },
    async searchProjects(): Promise<(TreeNode & { parent?: string })[]> {
      const found = await pages('projects', Project, (token) => projects.search({ pageSize: PAGE, ...token }, at));
      return found.map((p) => ({ ...node(`projects/${p.projectId}`, p), ...(p.parent ? { parent: p.parent } : {}) }));
    },
    /** What a folder or project lies directly below; undefined where it lies below nothing. */
    async parentOf(name: string): Promise<string | undefined> {
      const { data } = await (name.startsWith('folders/') ? folders.get({ name }, at) : projects.get({ name }, at));
      return shaped(name, Node, data).parent || undefined;
    },
  };
}

function node(resource: string, { state, displayName }: z.infer<typeof Node>): TreeNode {
  return { resource, state, ...(displayName ? { name: displayName } : {}) };
}
