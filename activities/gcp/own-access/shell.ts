import { command, comment, type OwnAccessScript } from '../../../model/shell.ts';
import type { Grant } from '../footprint/grants.ts';
import { takeOut } from '../kinds/shared/gcloud.ts';
import { gcpScript } from '../shell.ts';

/** Bindings of the worker's member, one by one: other members of the same binding stay. */
export const gcpOwnAccess: OwnAccessScript = {
  prelude: gcpScript.prelude,
  take(grant) {
    const held = grant.definition as unknown as Grant;
    const removal = takeOut(held);
    const [, type, id, name] = /^(organizations|projects)\/([^/]+)\/roles\/(.+)$/.exec(held.role) ?? [];
    if (type === undefined || id === undefined || name === undefined) return [removal];
    const definition = command('gcloud', 'iam', 'roles', 'delete', name, `--${type.slice(0, -1)}=${id}`);
    return [removal, comment(`if this custom role was made for this job, and no binding of it is left: ${definition}`)];
  },
  identity(id) {
    const project = /@([^.]+)\.iam\.gserviceaccount\.com$/.exec(id)?.[1];
    if (project === undefined) return `${id}: with it goes every identity that comes through it, so ask who else does`;
    return `${id}: ${command('gcloud', 'iam', 'service-accounts', 'delete', id, `--project=${project}`)}`;
  },
};
